//! How the cells of the workbook look.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::messages::Lang;

/// The formats of a workbook.
pub(super) struct Formats {
    pub(super) title: Format,
    pub(super) lead_in: Format,
    pub(super) alarm: Format,
    pub(super) heading: Format,
    pub(super) head: Format,
    pub(super) figure_head: Format,
    pub(super) filter_head: Format,
    pub(super) text: Format,
    pub(super) prose: Format,
    pub(super) whole: Format,
    pub(super) decimal: Format,
    pub(super) tiny: Format,
    pub(super) money: Format,
    pub(super) bar: Format,
    pub(super) date: Format,
    pub(super) moment: Format,
}

impl Formats {
    pub(super) fn new(lang: Lang) -> Self {
        let font = match lang {
            Lang::Zh => "Microsoft YaHei",
            Lang::En => "Calibri",
        };
        let base = Format::new().set_font_name(font).set_font_size(10).set_align(FormatAlign::Top);
        let navy = Color::RGB(0x1F_3864);
        let ruled = base.clone().set_border_bottom(FormatBorder::Thin).set_border_bottom_color(Color::RGB(0xD9_D9D9));
        let numbers = |code: &str| ruled.clone().set_num_format(code);
        let dates = |code: &str| numbers(code).set_align(FormatAlign::Left).set_indent(1);
        let head = base
            .clone()
            .set_bold()
            .set_font_color(Color::White)
            .set_background_color(navy)
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter);
        Self {
            title: base
                .clone()
                .set_font_size(16)
                .set_bold()
                .set_font_color(navy)
                .set_align(FormatAlign::Left)
                .set_indent(1),
            lead_in: base.clone().set_text_wrap().set_align(FormatAlign::Left).set_indent(1),
            alarm: base
                .clone()
                .set_text_wrap()
                .set_bold()
                .set_font_color(Color::RGB(0xC0_0000))
                .set_align(FormatAlign::Left)
                .set_indent(1),
            heading: base
                .clone()
                .set_font_size(12)
                .set_bold()
                .set_font_color(navy)
                .set_align(FormatAlign::Left)
                .set_indent(1),
            head: head.clone().set_align(FormatAlign::Left).set_indent(1),
            figure_head: head.clone().set_align(FormatAlign::Right),
            // The indent leaves room for the filter's arrow.
            filter_head: head.set_align(FormatAlign::Right).set_indent(2),
            text: ruled.clone().set_num_format("@").set_align(FormatAlign::Left).set_indent(1),
            prose: ruled.clone().set_text_wrap().set_align(FormatAlign::Left).set_indent(1),
            whole: numbers("#,##0"),
            decimal: numbers("#,##0.00"),
            tiny: numbers("0.0E+00"),
            money: numbers("#,##0.00"),
            bar: ruled.clone().set_font_color(Color::RGB(0x2E_75B6)),
            date: dates("yyyy-mm-dd"),
            moment: dates("yyyy-mm-dd hh:mm:ss"),
        }
    }
}
