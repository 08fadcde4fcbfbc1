//! Hospitals with their size, prices and billing habits; clinics and pharmacies.

use crate::model::Day;

use super::chance::{Draw, Purpose, Random, fixed, mix, stream};
use super::hyper::Hyper;
use super::posting::Posting;
use super::specialty::Specialty;

/// How a hospital bills.
#[derive(Clone, Debug)]
pub struct Habits {
    /// Whether the time of day is recorded.
    pub exact: bool,
    /// Posts long items as one total every so many days; 1 posts daily.
    pub totals: i32,
    /// Posts everything of so many last days in one go; 0 does not.
    pub last_days: i32,
    /// The day after discharge on which it does.
    pub settles_after: i32,
    /// Probability that a laboratory item is posted late.
    pub late_lab: f64,
    /// Whether each dose is a line of its own.
    pub split: bool,
    /// Whether an interim settlement starts where the last one ended, and not at admission.
    pub segments: bool,
    /// Days for which tablets are dispensed and billed at once.
    pub dispense: i32,
    /// Whether tablets for a quiet weekend are dispensed on the day before it.
    pub ahead: bool,
    /// The day from which bottles of 500 ml are counted as five of 100.
    pub per_100: Option<i32>,
    /// Probability that nothing but bed and nursing is given on a day of a weekend.
    pub weekend_quiet: f64,
    /// How much is ordered against the usual.
    pub zeal: f64,
    /// The weekday people come on (market day, the visiting specialist's day), and how much more of them.
    pub market: (u32, f64),
    /// Surges of its own, such as an illness going round a school: middle day, width in days, strength.
    pub outbreaks: Vec<(i32, f64, f64)>,
}

/// A hospital.
#[derive(Clone, Debug)]
pub struct Hospital {
    pub code: String,
    pub name: String,
    /// 1 to 3.
    pub level: u8,
    pub specialty: Specialty,
    /// Relative volume.
    pub volume: f64,
    /// Price level of services against the region's ceiling, at most 1.
    pub price: f64,
    pub habits: Habits,
    pub posting: Posting,
    pub beds: u32,
    pub doctors: u32,
    /// Own number, for lasting habits.
    pub key: u64,
}

impl Hospital {
    /// How common admissions are on a day here, against the region's.
    pub fn surge(&self, day: i32) -> f64 {
        let (market, more) = self.habits.market;
        let weekly = if Day(day).weekday() == market { 1.0 + more } else { 1.0 };
        let own =
            self.habits.outbreaks.iter().map(|(mid, width, s)| s * (-(f64::from(day - mid) / width).powi(2)).exp());
        weekly * (1.0 + own.sum::<f64>())
    }

    /// What an episode of day surgery costs here in fen, if it has a package price. Some lie just above a round amount.
    pub fn package(&self, hyper: &Hyper, profile: u8) -> Option<i64> {
        let draw = |n: u64| fixed(self.key ^ 21, u64::from(profile) * 8 + n);
        if self.level < 2 || draw(0) >= hyper.packages {
            return None;
        }
        let yuan = 3_500.0 + 7_500.0 * draw(1);
        let round = (yuan / 500.0).round() * 500.0;
        Some(100 * if draw(2) < 0.6 { round as i64 + [0, 20, 50, 80][(draw(3) * 4.0) as usize] } else { yuan as i64 })
    }

    /// Whether the doses of an item are billed one by one.
    pub fn splits(&self, item: u16) -> bool {
        self.habits.split != (fixed(self.key, u64::from(item)) < 0.15)
    }
}

/// A clinic or pharmacy.
#[derive(Clone, Debug)]
pub struct Shop {
    pub code: String,
    pub name: String,
    pub pharmacy: bool,
    pub volume: f64,
}

/// The places of a region.
#[derive(Debug)]
pub struct Places {
    /// Administrative code of the region, six digits.
    pub region: String,
    pub hospitals: Vec<Hospital>,
    pub shops: Vec<Shop>,
}

const CITIES: [(&str, &str); 10] = [
    ("620900", "临川"),
    ("411700", "安平"),
    ("340600", "清河"),
    ("510700", "江陵"),
    ("420900", "云阳"),
    ("430500", "宁远"),
    ("370800", "东明"),
    ("610500", "渭源"),
    ("220300", "松原里"),
    ("360900", "宜丰里"),
];
const COUNTIES: [&str; 12] =
    ["城关", "新城", "河东", "河西", "南山", "北川", "东湖", "西坪", "临江", "高台", "平原", "清溪"];
const TOWNS: [&str; 24] = [
    "石桥", "柳林", "大河", "青山", "马店", "双河", "白塔", "龙泉", "三岔", "金沟", "杨集", "黄坪", "红旗", "永安",
    "太平", "五里", "沙河", "刘集", "张店", "竹园", "梅岭", "长坡", "古城", "渡口",
];

impl Places {
    /// Draws the places of a seed.
    pub fn draw(seed: u64, hyper: &Hyper) -> Self {
        let random = &mut stream(seed, Purpose::Hospitals, 0);
        let (region, city) = *random.pick(&CITIES);
        let hospitals = (0..hyper.hospitals).map(|i| hospital(i, hyper, seed, region, city, random)).collect();
        let shops = (0..hyper.shops).map(|i| shop(i, region, hyper.volume_sigma, random)).collect();
        Self { region: region.to_string(), hospitals, shops }
    }

    /// Gives a share of the hospitals habits of posting.
    pub fn post(&mut self, seed: u64, share: f64) {
        for (index, hospital) in (0..).zip(&mut self.hospitals) {
            hospital.posting = Posting::draw(seed, index, share, hospital.specialty);
            hospital.habits.exact &= !hospital.posting.dates;
        }
    }

    /// A hospital.
    pub fn hospital(&self, index: u16) -> &Hospital {
        &self.hospitals[usize::from(index)]
    }
}

fn hospital(i: usize, hyper: &Hyper, seed: u64, region: &str, city: &str, random: &mut Random) -> Hospital {
    // One in ten is tertiary, a third secondary; the first ten give every level and specialty to the smallest region.
    let (level, specialty) = match i % 10 {
        0 => (3, Specialty::General),
        1 | 2 => (2, Specialty::General),
        3 => (2, if i % 20 < 10 { Specialty::Psychiatric } else { Specialty::Maternity }),
        4 => (if i % 20 < 10 { 2 } else { 1 }, if i % 20 < 10 { Specialty::Tcm } else { Specialty::Rehabilitation }),
        _ => (1, Specialty::General),
    };
    let scale = [1.0, 3.5, 10.0][usize::from(level) - 1];
    let volume = scale * random.lognormal(1.0, hyper.volume_sigma);
    Hospital {
        code: format!("H{region}{:05}", 11 + i * 7),
        name: hospital_name(i, level, specialty, city),
        level,
        specialty,
        volume,
        price: 1.0 - random.between(0.0, hyper.price_spread),
        habits: habits(i, hyper, seed, (level, specialty), random),
        posting: Posting::PLAIN,
        beds: ((volume * random.between(18.0, 40.0)) as u32 + 15) / 5 * 5,
        doctors: (volume * random.between(2.0, 4.0)) as u32 + 3,
        key: mix(seed, 1_000 + i as u64),
    }
}

fn hospital_name(i: usize, level: u8, specialty: Specialty, city: &str) -> String {
    const ORDER: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let county = format!("{}{}", COUNTIES[i / 10 % 12], ["县", "区"][i / 120 % 2]);
    match (specialty, level) {
        (Specialty::Psychiatric, _) => format!("{county}精神卫生中心"),
        (Specialty::Maternity, _) => format!("{county}妇幼保健院"),
        (Specialty::Tcm, _) => format!("{county}中医医院"),
        (Specialty::Rehabilitation, _) => format!("{county}康复医院"),
        (_, 3) => format!("{city}市第{}人民医院", ORDER[i / 10 % 10]),
        (_, 2) if i % 10 == 1 => format!("{county}人民医院"),
        (_, 2) => format!("{county}第二人民医院"),
        _ => format!("{county}{}镇卫生院", TOWNS[(i / 10 * 5 + i % 10) % 24]),
    }
}

fn habits(i: usize, hyper: &Hyper, seed: u64, (level, specialty): (u8, Specialty), random: &mut Random) -> Habits {
    // Spread evenly over the hospitals (multiples of the golden ratio), so that the smallest region has every habit.
    let has = |habit: u64, share: f64| {
        let place = (i as f64 * 0.618_033_988_75 + fixed(mix(seed, 900), habit)).fract();
        place < share.max(2.0 / hyper.hospitals as f64)
    };
    let totals = if has(1, hyper.totals) { random.within(2, 5) as i32 } else { 1 };
    let posts_late = totals == 1 && has(2, hyper.at_settlement);
    let tablets = if specialty == Specialty::Psychiatric { 0.7 } else { hyper.dispense };
    Habits {
        exact: !has(3, hyper.midnight),
        totals,
        last_days: if posts_late { random.within(2, 3) as i32 } else { 0 },
        settles_after: if posts_late { random.within(0, 2) as i32 } else { 0 },
        late_lab: if has(4, hyper.late_lab) { random.between(0.05, 0.3) } else { 0.0 },
        split: has(5, hyper.split),
        segments: has(6, hyper.segments),
        dispense: if has(7, tablets) { *random.pick(&[2, 3, 5, 7]) } else { 1 },
        ahead: random.chance(0.5),
        per_100: has(8, hyper.per_100).then(|| per_100(hyper, random)),
        weekend_quiet: hyper.weekend_quiet * random.lognormal(if level == 1 { 1.4 } else { 0.9 }, 0.45),
        zeal: random.lognormal(if level == 3 { 1.12 } else { 0.97 }, hyper.cost_spread * 0.6),
        market: (random.within(0, 4) as u32, if level == 1 { random.between(0.0, 1.2) } else { 0.0 }),
        outbreaks: outbreaks(hyper, level, random),
    }
}

/// From the first day on, or, where a new code list came into force, from some day.
fn per_100(hyper: &Hyper, random: &mut Random) -> i32 {
    if random.chance(0.7) { hyper.first } else { random.within(i64::from(hyper.first), i64::from(hyper.last)) as i32 }
}

fn outbreaks(hyper: &Hyper, level: u8, random: &mut Random) -> Vec<(i32, f64, f64)> {
    let most = if level == 3 { 0 } else { 3 };
    (0..random.within(0, most))
        .map(|_| {
            let mid = random.within(i64::from(hyper.first), i64::from(hyper.last)) as i32;
            (mid, random.between(2.0, 7.0), random.between(1.0, 4.0))
        })
        .collect()
}

fn shop(i: usize, region: &str, sigma: f64, random: &mut Random) -> Shop {
    let pharmacy = !i.is_multiple_of(3);
    let (town, county) = (TOWNS[i % 24], COUNTIES[i / 24 % 12]);
    let name = match (pharmacy, i % 2) {
        (true, 0) => format!("{county}{town}康民大药房"),
        (true, _) => format!("{county}{town}益生堂药店"),
        _ => format!("{county}{town}诊所"),
    };
    let prefix = if pharmacy { 'P' } else { 'H' };
    Shop {
        code: format!("{prefix}{region}{:05}", 50_003 + i * 3),
        name,
        pharmacy,
        volume: random.lognormal(1.0, sigma),
    }
}
