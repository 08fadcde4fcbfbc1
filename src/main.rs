//! The command line of yishen.

fn main() {}
