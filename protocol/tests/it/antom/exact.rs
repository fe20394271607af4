//! What holds for every change of a signed notification.

use alipay_protocol::antom::notification::{Delivery, VerifyError};
use alipay_protocol::antom::signature::{HeaderError, HttpUri, SignatureHeader};
use alipay_protocol::antom::time::AntomTime;
use alipay_protocol::backend::{RustCrypto, ready};
use proptest::prelude::*;
use proptest::sample::Index;

use super::{CLIENT, PATH, TIME, vector, verifier};

/// The vector `ntf-paid-python`, of which each property changes one part.
struct Parts {
    configured: String,
    uri: String,
    client_id: String,
    time: String,
    header: String,
    body: Vec<u8>,
}

fn fresh() -> Parts {
    let vector = vector("ntf-paid-python");
    Parts {
        configured: PATH.to_owned(),
        uri: PATH.to_owned(),
        client_id: CLIENT.to_owned(),
        time: TIME.to_owned(),
        body: vector.body(),
        header: vector.signature_header.clone(),
    }
}

fn verify(parts: &Parts) -> Result<(), VerifyError> {
    let delivery = Delivery {
        method: "POST",
        uri: &parts.uri,
        client_id: Some(&parts.client_id),
        request_time: Some(&parts.time),
        signature: Some(&parts.header),
        body: &parts.body,
    };
    ready(verifier(&parts.configured).verify(&RustCrypto, &delivery)).map(|_| ())
}

#[test]
fn parts_that_nobody_changed_accepted() {
    assert_eq!(verify(&fresh()), Ok(()));
}

/// `text` with the byte at `at` exchanged for `to`; `None` if it was that already.
fn exchanged(text: &[u8], at: Index, to: u8) -> Option<Vec<u8>> {
    let mut bytes = text.to_vec();
    let place = at.get_mut(&mut bytes);
    if *place == to {
        return None;
    }
    *place = to;
    Some(bytes)
}

fn printable() -> impl Strategy<Value = u8> {
    0x21_u8..0x7f
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn body_with_one_byte_changed_rejected(at: Index, to: u8) {
        let body = vector("ntf-paid-python").body();
        let Some(body) = exchanged(&body, at, to) else { return Ok(()) };
        let verdict = verify(&Parts { body, ..fresh() });
        prop_assert_eq!(verdict, Err(VerifyError::BadSignature));
    }

    #[test]
    fn body_with_one_byte_more_or_less_rejected(at: Index, to: u8) {
        let body = vector("ntf-paid-python").body();
        let place = at.index(body.len());
        let mut longer = body.clone();
        longer.insert(place, to);
        prop_assert_eq!(verify(&Parts { body: longer, ..fresh() }), Err(VerifyError::BadSignature));
        let mut shorter = body;
        shorter.remove(place);
        prop_assert_eq!(verify(&Parts { body: shorter, ..fresh() }), Err(VerifyError::BadSignature));
    }

    #[test]
    fn path_with_one_byte_changed_rejected(at: Index, to in printable()) {
        let Some(path) = exchanged(PATH.as_bytes(), at, to) else { return Ok(()) };
        let path = String::from_utf8(path).unwrap();
        let changed = Parts { uri: path.clone(), ..fresh() };
        prop_assert_eq!(verify(&changed), Err(VerifyError::WrongUri));
        // And where the merchant's own path is another one, the signature is not for it.
        if HttpUri::parse(&path).is_ok() {
            let changed = Parts { configured: path.clone(), uri: path, ..fresh() };
            prop_assert_eq!(verify(&changed), Err(VerifyError::BadSignature));
        }
    }

    #[test]
    fn client_with_one_byte_changed_rejected(at: Index, to in printable()) {
        let Some(client) = exchanged(CLIENT.as_bytes(), at, to) else { return Ok(()) };
        let client_id = String::from_utf8(client).unwrap();
        let verdict = verify(&Parts { client_id, ..fresh() });
        prop_assert_eq!(verdict, Err(VerifyError::WrongClient));
    }

    #[test]
    fn time_with_one_byte_changed_rejected(at: Index, to in printable()) {
        let Some(time) = exchanged(TIME.as_bytes(), at, to) else { return Ok(()) };
        let time = String::from_utf8(time).unwrap();
        let expected = match AntomTime::parse(&time) {
            Ok(_) => VerifyError::BadSignature,
            Err(_) => VerifyError::BadTime,
        };
        prop_assert_eq!(verify(&Parts { time, ..fresh() }), Err(expected));
    }

    #[test]
    fn time_with_one_digit_changed_rejected(at in 17_usize..19, to in b'0'..=b'5') {
        // The seconds: every such time is of the right shape, so the signature alone refuses it.
        let mut time = TIME.as_bytes().to_vec();
        if time[at] == to {
            return Ok(());
        }
        time[at] = to;
        let time = String::from_utf8(time).unwrap();
        prop_assert_eq!(verify(&Parts { time, ..fresh() }), Err(VerifyError::BadSignature));
    }

    #[test]
    fn header_with_one_byte_changed_rejected(at: Index, to in printable()) {
        let header = &vector("ntf-paid-python").signature_header;
        let Some(header) = exchanged(header.as_bytes(), at, to) else { return Ok(()) };
        let header = String::from_utf8(header).unwrap();
        let expected = match SignatureHeader::parse(&header) {
            Err(error) => Err(VerifyError::BadSignatureHeader(error)),
            // The one change that means nothing: the unsigned number of the key, and the case of the
            // digits of an escape.
            Ok(_) if same_signature(&header) => Ok(()),
            Ok(_) => Err(VerifyError::BadSignature),
        };
        prop_assert_eq!(verify(&Parts { header, ..fresh() }), expected);
    }

    #[test]
    fn algorithm_with_one_byte_changed_rejected(at in 10_usize..16, to in "[A-Za-z0-9]") {
        let mut header = vector("ntf-paid-python").signature_header.clone();
        if header[at..=at] == to {
            return Ok(());
        }
        header.replace_range(at..=at, &to);
        let expected = VerifyError::BadSignatureHeader(HeaderError::AlgorithmNotAccepted);
        prop_assert_eq!(verify(&Parts { header, ..fresh() }), Err(expected));
    }
}

/// Whether a header carries the vector's signature, read without the crate.
fn same_signature(header: &str) -> bool {
    let value = |header: &str| {
        let value = header.split("signature=").nth(1).unwrap().to_owned();
        value
            .replace("%2b", "%2B")
            .replace("%2f", "%2F")
            .replace("%3d", "%3D")
    };
    value(header) == value(&vector("ntf-paid-python").signature_header)
}
