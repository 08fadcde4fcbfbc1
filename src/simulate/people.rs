//! Households and the people in them.

use crate::model::Day;

use super::chance::{Draw, Random, fixed, mix, scramble};
use super::hyper::Hyper;

/// What a person's contacts with hospitals are ruled by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Career {
    Ordinary,
    /// Cycles of chemotherapy.
    Chemo,
    /// Dialysis two or three times a week.
    Dialysis,
    /// In and out of the small hospital next door, every month or so.
    Regular,
    /// Long psychiatric stays.
    Psych,
    /// One birth in the period.
    Birth,
}

/// An insured person.
#[derive(Clone, Debug)]
pub struct Person {
    /// Number in order of making.
    pub id: u32,
    pub household: u32,
    /// 1 male, 2 female.
    pub sex: u8,
    /// Day of birth.
    pub birth: i32,
    /// 310 职工 or 390 居民.
    pub insurance: u16,
    pub surname: u8,
    pub career: Career,
    /// Multiplies the age's rate of admission.
    pub frailty: f64,
    /// A lasting draw, for habits such as the hospital a household goes to.
    pub key: u64,
}

const SURNAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林",
    "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "潘", "袁", "蔡",
    "蒋", "余",
];
const GIVEN: [&str; 40] = [
    "伟", "芳", "秀", "英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "兰",
    "霞", "平", "刚", "桂", "玉", "建", "国", "文", "华", "红", "梅", "志", "海", "春", "晓", "永", "福", "林", "佳",
    "宇", "欣",
];

impl Person {
    /// Age in whole years on a day, near enough for choosing illnesses.
    pub fn age(&self, day: i32) -> i32 {
        (day - self.birth) / 365
    }

    /// `psn_no`: 26 digits, as the longer of the forms seen.
    pub fn number(&self, region: &str) -> String {
        format!("{region}0000000000{:010}", scramble(u64::from(self.id) + 1))
    }

    /// Surname and one or two given characters.
    pub fn name(&self) -> String {
        let mut name = SURNAMES[usize::from(self.surname) % 40].to_string();
        name.push_str(GIVEN[(mix(self.key, 1) % 40) as usize]);
        if fixed(self.key, 2) < 0.75 {
            name.push_str(GIVEN[(mix(self.key, 3) % 40) as usize]);
        }
        name
    }

    /// Identity number with its check character (GB 11643).
    pub fn certificate(&self, region: &str) -> String {
        let date = Day(self.birth).date().format("%Y%m%d");
        let serial = mix(self.key, 4) % 500 * 2 + u64::from(self.sex % 2);
        let body = format!("{region}{date}{serial:03}");
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        let sum: u32 = body.bytes().zip(WEIGHTS).map(|(digit, w)| u32::from(digit - b'0') * w).sum();
        format!("{body}{}", char::from(b"10X98765432"[sum as usize % 11]))
    }

    /// Address of the household.
    pub fn address(&self) -> String {
        let home = mix(u64::from(self.household), 77);
        format!(
            "{}街道{}号{}室",
            ["和平", "解放", "新华", "人民", "建设", "光明"][(home % 6) as usize],
            home / 7 % 300 + 1,
            home / 2100 % 40 + 101
        )
    }

    /// Mobile number.
    pub fn phone(&self) -> String {
        format!("13{:09}", mix(self.key, 5) % 1_000_000_000)
    }
}

/// Draws a household: one or two adults, perhaps children, perhaps an old parent.
pub fn household(number: u32, first_id: u32, hyper: &Hyper, random: &mut Random) -> Vec<Person> {
    let mut people: Vec<Person> = Vec::new();
    let surname = random.within(0, 39) as u8;
    let insurance = if random.chance(0.38) { 310 } else { 390 };
    let mut add = |age: f64, sex: u8, surname: u8, random: &mut Random| {
        let birth = hyper.first - (age * 365.25) as i32;
        let career = career(age as i32, sex, random);
        people.push(Person {
            id: first_id + people.len() as u32,
            household: number,
            sex,
            birth,
            insurance: if age < 18.0 { 390 } else { insurance },
            surname,
            career,
            frailty: random.lognormal(1.0, hyper.frailty),
            key: random.within(0, i64::MAX) as u64,
        });
    };
    let head = random.between(24.0, 84.0);
    let sex = random.within(1, 2) as u8;
    add(head, sex, surname, random);
    if random.chance(0.75) {
        let spouse = (head + random.between(-5.0, 5.0)).max(21.0);
        let other = random.within(0, 39) as u8;
        add(spouse, 3 - sex, other, random);
    }
    if head < 48.0 {
        for _ in 0..random.within(0, 2) {
            let oldest = (head - 21.0).clamp(0.2, 17.0);
            let (age, sex) = (random.between(0.1, oldest), random.within(1, 2) as u8);
            add(age, sex, surname, random);
        }
    }
    if head < 60.0 && random.chance(0.25) {
        let (age, sex) = (head + random.between(22.0, 30.0), random.within(1, 2) as u8);
        add(age.min(97.0), sex, surname, random);
    }
    people
}

fn career(age: i32, sex: u8, random: &mut Random) -> Career {
    let draw = random.between(0.0, 1.0);
    match age {
        20..=40 if sex == 2 && draw < 0.12 => Career::Birth,
        18..=65 if (0.2..0.208).contains(&draw) => Career::Psych,
        35..=80 if (0.3..0.312).contains(&draw) => Career::Chemo,
        30..=80 if (0.4..0.4035).contains(&draw) => Career::Dialysis,
        62..=92 if (0.5..0.506).contains(&draw) => Career::Regular,
        _ => Career::Ordinary,
    }
}
