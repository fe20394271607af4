//! Antom: the signature in the headers.

use super::capture::Captured;
use super::cause::Cause;
use super::change::{percent_decode_keeping_plus, signs, spacing};
use super::keys::{Candidate, candidates, hints};
use super::{Configuration, Diagnosis, Finding};
use crate::antom::signature::{HeaderError, SignatureHeader};
use crate::antom::time::AntomTime;
use crate::sign::SignType;

/// How far a clock that was written into the header again may be off, in seconds.
const CLOCK_S: i64 = 120;

/// A part of the signed text, and the mistake that its success would prove.
type Parts = Vec<(Option<Cause>, Vec<u8>)>;

/// Looks for the fewest mistakes, at most two, with which the signature holds.
pub(super) fn diagnose(configuration: &Configuration<'_>, captured: &Captured) -> Diagnosis {
    // There is one algorithm, whatever was configured for the gateway.
    let configuration = &Configuration {
        sign_type: SignType::Rsa2,
        ..configuration.clone()
    };
    let (keys, mut facts) = candidates(configuration);
    let header = captured.header("signature").unwrap_or_default();
    if SignatureHeader::parse(header) == Err(HeaderError::AlgorithmNotAccepted) {
        facts.push(Finding::likely(Cause::AlgorithmOfHeaderNotRsa256));
    }
    let Some(sign) = signature(header) else {
        facts.push(Finding::likely(Cause::SignMissing));
        return Diagnosis::found(facts);
    };
    let mut of_sign: Parts = vec![(None, sign.clone())];
    of_sign.extend(
        signs(&sign)
            .into_iter()
            .map(|(cause, sign)| (Some(cause), sign)),
    );
    let dimensions = [
        methods(captured),
        paths(configuration, captured),
        clients(configuration, captured),
        times(captured),
        bodies(captured),
    ];
    match search(&keys, &of_sign, &dimensions) {
        Some(causes) if causes.is_empty() && facts.is_empty() => {
            Diagnosis::valid(hints(configuration))
        }
        Some(causes) => {
            let proved = causes.into_iter().map(|cause| Finding::proved(cause, None));
            Diagnosis::found(proved.chain(facts).collect())
        }
        None => Diagnosis::found(facts),
    }
}

fn search(keys: &[Candidate], signs: &Parts, dimensions: &[Parts; 5]) -> Option<Vec<Cause>> {
    let [methods, paths, clients, times, bodies] = dimensions;
    for level in 0..=2_usize {
        for (of_key, key) in keys.iter().map(|key| (key.cause, key)) {
            for (of_sign, sign) in signs {
                for (of_method, method) in methods {
                    for (of_path, path) in paths {
                        for (of_client, client) in clients {
                            let before = [of_key, *of_sign, *of_method, *of_path, *of_client];
                            let before: Vec<Cause> = before.into_iter().flatten().collect();
                            if before.len() > level {
                                continue;
                            }
                            for (of_time, time) in times {
                                for (of_body, body) in bodies {
                                    let mut causes = before.clone();
                                    causes.extend([*of_time, *of_body].into_iter().flatten());
                                    if causes.len() != level || is_too_much(&causes) {
                                        continue;
                                    }
                                    let text: [&[u8]; 8] =
                                        [method, b" ", path, b"\n", client, b".", time, b"."];
                                    let text = [&text.concat(), body.as_slice()].concat();
                                    if key.holds(&text, sign) {
                                        return Some(causes);
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    None
}

/// Hundreds of times are tried; together with another mistake only the right key's other halves are.
fn is_too_much(causes: &[Cause]) -> bool {
    causes.len() > 1 && causes.contains(&Cause::TimeAltered)
}

/// The value of `signature=`, as it is in a header of any shape, with its escapes taken off.
fn signature(header: &str) -> Option<Vec<u8>> {
    let (_, rest) = header.split_once("signature=")?;
    let value = rest.split(',').next().unwrap_or(rest).trim_matches('"');
    (!value.is_empty()).then(|| percent_decode_keeping_plus(value.as_bytes()))
}

fn methods(captured: &Captured) -> Parts {
    match captured.method.as_deref() {
        None | Some("POST") => vec![(None, b"POST".to_vec())],
        Some(_) => vec![(Some(Cause::MethodIsOther), b"POST".to_vec())],
    }
}

/// What it was verified with first, then what it may have been signed with.
fn parts(first: &str, cause: Cause, others: Vec<String>) -> Parts {
    let mut parts: Parts = vec![(None, first.as_bytes().to_vec())];
    for other in others {
        if parts.iter().all(|(_, known)| *known != other.as_bytes()) {
            parts.push((Some(cause), other.into_bytes()));
        }
    }
    parts
}

fn paths(configuration: &Configuration<'_>, captured: &Captured) -> Parts {
    let came = captured.target.as_deref().unwrap_or("/");
    let first = configuration.path.unwrap_or(came);
    let mut others = vec![came.to_owned()];
    for path in [first, came] {
        let (plain, query) = path.split_once('?').unwrap_or((path, ""));
        let bare = plain.trim_end_matches('/');
        others.extend([plain.to_owned(), bare.to_owned(), format!("{bare}/")]);
        if !query.is_empty() {
            others.extend([format!("{bare}?{query}"), format!("{bare}/?{query}")]);
        }
        let decoded = percent_decode_keeping_plus(path.as_bytes());
        others.extend(String::from_utf8(decoded).ok());
        // An address that was given whole.
        for scheme in ["https://", "http://"] {
            if let Some((_, path)) = plain
                .strip_prefix(scheme)
                .and_then(|rest| rest.split_once('/'))
            {
                others.extend([format!("/{path}"), format!("/{path}?{query}")]);
            }
        }
        // A proxy's prefix, one segment after the other.
        let mut rest = plain;
        while let Some((_, behind)) = rest.get(1..).and_then(|rest| rest.split_once('/')) {
            let at = plain.len().saturating_sub(behind.len()).saturating_sub(1);
            others.extend(plain.get(at..).map(str::to_owned));
            rest = plain.get(at..).unwrap_or_default();
        }
    }
    others.retain(|path| !path.is_empty());
    parts(first, Cause::PathIsOther, others)
}

fn clients(configuration: &Configuration<'_>, captured: &Captured) -> Parts {
    let came = captured.header("client-id").unwrap_or_default();
    let first = configuration.client_id.unwrap_or(came);
    let bare = |client: &str| client.trim_start_matches("SANDBOX_").to_owned();
    let others = [came, first]
        .into_iter()
        .flat_map(|client| {
            [
                client.to_owned(),
                bare(client),
                format!("SANDBOX_{}", bare(client)),
            ]
        })
        .collect();
    parts(first, Cause::ClientIdIsOther, others)
}

fn times(captured: &Captured) -> Parts {
    let came = captured
        .header("request-time")
        .or_else(|| captured.header("response-time"))
        .unwrap_or_default();
    let Ok(time) = AntomTime::parse(came.trim()) else {
        return parts(came, Cause::TimeReformatted, Vec::new());
    };
    let seconds = time.unix_ms().div_euclid(1000);
    let mut times = parts(came, Cause::TimeReformatted, written(seconds));
    times.push((
        Some(Cause::TimeReformatted),
        time.unix_ms().to_string().into_bytes(),
    ));
    for shift in (1..=CLOCK_S).flat_map(|shift| [shift, shift.saturating_neg()]) {
        if let Some(text) = shifted(came, time.unix_ms(), shift) {
            times.push((Some(Cause::TimeAltered), text.into_bytes()));
        }
    }
    times
}

/// A moment in the forms and zones that are seen: UTC, and every half hour around it.
fn written(unix_s: i64) -> Vec<String> {
    let mut texts = Vec::new();
    for half_hours in -24..=28_i64 {
        let minutes = half_hours.saturating_mul(30);
        let Some(stem) = stem(unix_s, minutes) else {
            continue;
        };
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
        texts.push(format!("{stem}{sign}{hours:02}:{rest:02}"));
        if minutes == 0 {
            texts.push(format!("{stem}Z"));
        }
    }
    texts
}

/// Date and time of a moment on a clock that is so many minutes ahead of UTC.
fn stem(unix_s: i64, ahead_min: i64) -> Option<String> {
    // `AntomTime` writes Beijing's clock, which is eight hours ahead.
    let on_beijings = ahead_min.checked_sub(8 * 60)?.checked_mul(60)?;
    let time = AntomTime::iso(unix_s.checked_add(on_beijings)?).ok()?;
    time.as_str().get(..19).map(str::to_owned)
}

/// The time in the form it came in, some seconds earlier or later.
fn shifted(came: &str, unix_ms: i64, shift_s: i64) -> Option<String> {
    if came.bytes().all(|byte| byte.is_ascii_digit()) {
        let shift_ms = shift_s.checked_mul(1000)?;
        return Some(unix_ms.checked_add(shift_ms)?.to_string());
    }
    let (local, zone) = (came.get(..19)?, came.get(19..)?);
    let local = AntomTime::parse(&format!("{local}Z")).ok()?;
    let other = local.unix_ms().div_euclid(1000).checked_add(shift_s)?;
    Some(format!("{}{zone}", stem(other, 0)?))
}

fn bodies(captured: &Captured) -> Parts {
    let body = captured.body.as_slice();
    let mut bodies: Parts = vec![(None, body.to_vec())];
    let mut push = |cause: Cause, other: Vec<u8>| {
        if bodies.iter().all(|(_, known)| *known != other) {
            bodies.push((Some(cause), other));
        }
    };
    push(Cause::BodyHasLineBreak, body.trim_ascii().to_vec());
    let text = String::from_utf8_lossy(body);
    let plain = text.replace("\r\n", "\n");
    push(
        Cause::LineBreaksChanged,
        plain.replace('\n', "\r\n").into_bytes(),
    );
    push(Cause::LineBreaksChanged, plain.into_bytes());
    let compact = spacing(body, false);
    push(Cause::BodyReserialised, spacing(body, true));
    push(
        Cause::BodyReserialised,
        text.replace('/', "\\/").into_bytes(),
    );
    push(
        Cause::BodyReserialised,
        text.replace("\\/", "/").into_bytes(),
    );
    let compact_text = String::from_utf8_lossy(&compact).into_owned();
    for (ascii, slashes) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut other = if ascii {
            escape(&compact_text)
        } else {
            unescape(&compact_text)
        };
        if slashes {
            other = other.replace('/', "\\/");
        }
        push(Cause::BodyReserialised, other.into_bytes());
    }
    push(Cause::BodyReserialised, compact);
    bodies
}

/// Every character outside ASCII as `\uXXXX`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            escaped.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            escaped.push_str(&format!("\\u{unit:04x}"));
        }
    }
    escaped
}

/// Every `\uXXXX` of a character outside ASCII as the character.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    loop {
        let unit = rest
            .strip_prefix("\\u")
            .and_then(|behind| u16::from_str_radix(behind.get(..4)?, 16).ok())
            .filter(|unit| *unit > 0x7f);
        if let Some(unit) = unit {
            units.push(unit);
            rest = rest.get(6..).unwrap_or_default();
            continue;
        }
        plain.push_str(&String::from_utf16_lossy(&units));
        units.clear();
        let Some(c) = rest.chars().next() else {
            return plain;
        };
        plain.push(c);
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
}
