//! The QR code of a pay URL, for `js/qr.js`: bytes go in one by one, modules come out one by one, so
//! that the page needs no glue between JavaScript and this module.

use std::cell::RefCell;

use qrcodegen_no_heap::{QrCode, QrCodeEcc, Version};
use wasm_bindgen::prelude::wasm_bindgen;

/// Longest text, in bytes: what version 40 holds at the lowest level of error correction.
pub const MAX_TEXT: usize = 2953;

/// Room for the largest code.
const ROOM: usize = Version::MAX.buffer_len();

struct Encoder {
    text: [u8; ROOM],
    length: usize,
    side: i32,
    /// A bit for each module, row by row.
    dark: [u8; ROOM],
}

thread_local! {
    static ENCODER: RefCell<Encoder> = const {
        RefCell::new(Encoder { text: [0; ROOM], length: 0, side: 0, dark: [0; ROOM] })
    };
}

/// Adds a byte to the text.
#[wasm_bindgen]
pub fn push(byte: u8) {
    ENCODER.with_borrow_mut(|encoder| {
        if let Some(place) = encoder.text.get_mut(encoder.length) {
            *place = byte;
        }
        encoder.length = encoder.length.saturating_add(1);
    });
}

/// Encodes the text and begins a new one. Answers with the number of modules on a side; 0 where the
/// text is empty or longer than [`MAX_TEXT`].
#[wasm_bindgen]
#[must_use]
pub fn encode() -> i32 {
    ENCODER.with_borrow_mut(|encoder| {
        let length = std::mem::take(&mut encoder.length);
        encoder.side = 0;
        if !(1..=MAX_TEXT).contains(&length) {
            return 0;
        }
        let mut room = [0; ROOM];
        // The lowest level, raised where that costs no module: the screen is clean, and a long URL
        // is read the better the larger its modules are.
        let code = QrCode::encode_binary(
            &mut encoder.text,
            length,
            &mut room,
            QrCodeEcc::Low,
            Version::MIN,
            Version::MAX,
            None,
            true,
        );
        let Ok(code) = code else { return 0 };
        encoder.side = code.size();
        encoder.dark = [0; ROOM];
        for y in 0..code.size() {
            for x in 0..code.size() {
                if code.get_module(x, y)
                    && let Some((byte, bit)) = place(code.size(), x, y)
                    && let Some(byte) = encoder.dark.get_mut(byte)
                {
                    *byte |= bit;
                }
            }
        }
        encoder.side
    })
}

/// Whether a module of the last code is dark; `false` outside of it.
#[wasm_bindgen]
#[must_use]
pub fn is_dark(x: i32, y: i32) -> bool {
    ENCODER.with_borrow(|encoder| {
        let inside = 0..encoder.side;
        if !inside.contains(&x) || !inside.contains(&y) {
            return false;
        }
        place(encoder.side, x, y)
            .and_then(|(byte, bit)| Some(encoder.dark.get(byte)? & bit != 0))
            .unwrap_or_default()
    })
}

/// Byte and bit of a module.
fn place(side: i32, x: i32, y: i32) -> Option<(usize, u8)> {
    let index = usize::try_from(y.checked_mul(side)?.checked_add(x)?).ok()?;
    Some((index >> 3, 1 << (index & 7)))
}
