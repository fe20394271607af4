//! The code as JavaScript asks for it: bytes in, modules out.

use alipay_checkout_qr::{MAX_TEXT, encode, is_dark, push};

fn side_of(text: &[u8]) -> i32 {
    text.iter().copied().for_each(push);
    encode()
}

#[test]
fn side_grows_with_the_text_and_what_does_not_fit_gives_none() {
    for (length, side) in [(1, 21), (17, 21), (18, 25), (1_000, 105), (MAX_TEXT, 177)] {
        assert_eq!(side_of(&vec![b'a'; length]), side, "{length}");
    }
    assert_eq!(side_of(&[]), 0);
    assert_eq!(side_of(&vec![b'a'; MAX_TEXT + 1]), 0);
    assert!(!is_dark(0, 0), "nothing is left of the code before");
}

#[test]
fn corners_are_marked_as_readers_look_for_them() {
    let side = side_of(b"https://example.com/");
    assert_eq!(side, 25);
    let row = |y: i32, x: i32| -> String {
        (x..x + 8)
            .map(|x| if is_dark(x, y) { '#' } else { '.' })
            .collect()
    };
    // Seven dark modules and a light one, at the left, at the right mirrored, and below.
    assert_eq!(row(0, 0), "#######.");
    assert_eq!(row(0, side - 8), ".#######");
    assert_eq!(row(side - 1, 0), "#######.");
    assert_eq!(row(1, 0), "#.....#.");
    assert!(!is_dark(-1, 0) && !is_dark(side, 0) && !is_dark(0, side));
}
