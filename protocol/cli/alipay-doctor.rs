//! `alipay-doctor`: says why the signature of a captured message does not hold.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command prints; the crate's library never does"
)]

use std::io::Read as _;
use std::process::ExitCode;

use alipay_protocol::charset::Charset;
use alipay_protocol::doctor::{Captured, Configuration, Language, MAX_CAPTURE, Outcome, diagnose};
use alipay_protocol::openplatform::Rule;
use alipay_protocol::sign::SignType;
use alipay_protocol::trade::Partner;

const HELP: &str = "alipay-doctor: why does the signature of this message not hold?

usage: alipay-doctor --key FILE [options] [CAPTURE|-]

CAPTURE (or standard input) is one of
  a raw HTTP request    POST /notify HTTP/1.1, headers, an empty line, the body
  a form body           currency=USD&notify_id=…&sign=…   exactly as it came, not decoded
  an address            https://shop.example/return?…&sign=…
Antom's messages are known by their headers, so give the whole request.

what the message was verified with
  --key FILE            Alipay's public key (PEM or base64), or the MD5 key
  --sign-type TYPE      RSA2 (default), RSA or MD5: what is set in Alipay's console
  --charset NAME        utf-8 (default), gbk or gb18030: the `_input_charset` of your requests
  --rule v1|v2          v1 (default): `sign_type` is not signed; v2: it is (open platform)
  --partner 2088…       your account; a message for another one is then told
  --client-id ID        Antom: your client id
  --path PATH           Antom: path and query of your notify address, as Antom has it

what helps to find a wrong key
  --own-key FILE        your own key, private or public
  --other-key FILE      any key that might be the right one; may be given several times

  --json                the verdict for programs
  --lang en|zh          the language of the verdict; en (default)
  -h, --help            this text

It prints the mistake, the mend, and how sure it is: `proved` means that the signature holds with
the mistake undone. Values, signatures and keys are never printed.

status: 0 the message is valid; 1 a known mistake explains it; 3 nothing known explains it; 2 usage.

How to capture: take the bytes before any framework reads them. In nginx, log $request_body; in PHP,
file_get_contents('php://input'); in Express, express.raw({type: '*/*'}).";

/// What was asked on the command line, with the files read.
#[derive(Default)]
struct Asked {
    key: Option<String>,
    sign_type: Option<SignType>,
    charset: Option<Charset>,
    rule: Option<Rule>,
    partner: Option<Partner>,
    own_key: Option<String>,
    other_keys: Vec<String>,
    client_id: Option<String>,
    path: Option<String>,
    json: bool,
    language: Option<Language>,
    capture: Option<String>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "-h" || word == "--help") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match run(words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("alipay-doctor: {error}\nalipay-doctor --help tells more");
            ExitCode::from(2)
        }
    }
}

fn run(words: Vec<String>) -> Result<ExitCode, String> {
    let asked = asked(words)?;
    let key = asked
        .key
        .ok_or("--key FILE is missing: what was the message verified with?")?;
    let captured = capture(asked.capture.as_deref().unwrap_or("-"))?;
    let sign_type = asked.sign_type.unwrap_or(SignType::Rsa2);
    let mut configuration = Configuration::new(&key, sign_type)
        .with_charset(asked.charset.unwrap_or(Charset::Utf8))
        .with_rule(asked.rule.unwrap_or(Rule::V1));
    if let Some(partner) = &asked.partner {
        configuration = configuration.with_partner(partner);
    }
    if let Some(own_key) = &asked.own_key {
        configuration = configuration.with_own_key(own_key);
    }
    for other_key in &asked.other_keys {
        configuration = configuration.with_other_key(other_key);
    }
    if let Some(client_id) = &asked.client_id {
        configuration = configuration.with_client_id(client_id);
    }
    if let Some(path) = &asked.path {
        configuration = configuration.with_path(path);
    }
    let diagnosis = diagnose(&configuration, &captured);
    let language = asked.language.unwrap_or_default();
    if asked.json {
        println!("{}", diagnosis.for_programs(language));
    } else {
        print!("{}", diagnosis.for_people(language));
    }
    Ok(match diagnosis.outcome() {
        Outcome::Valid => ExitCode::SUCCESS,
        Outcome::Explained => ExitCode::FAILURE,
        _ => ExitCode::from(3),
    })
}

fn asked(words: Vec<String>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (option, joined) = match word.split_once('=') {
            Some((option, value)) if option.starts_with("--") => {
                (option.to_owned(), Some(value.to_owned()))
            }
            _ => (word, None),
        };
        let mut value = || {
            joined
                .clone()
                .or_else(|| words.next())
                .ok_or(format!("{option} needs a value"))
        };
        match option.as_str() {
            "--key" => asked.key = Some(text(&value()?)?),
            "--own-key" => asked.own_key = Some(text(&value()?)?),
            "--other-key" => asked.other_keys.push(text(&value()?)?),
            "--sign-type" => {
                let word = value()?;
                let known = SignType::parse(&word.to_ascii_uppercase());
                asked.sign_type = Some(known.ok_or(format!("{word} is not RSA2, RSA or MD5"))?);
            }
            "--charset" => {
                let word = value()?;
                let known = Charset::parse(&word);
                asked.charset = Some(known.ok_or(format!("{word} is not utf-8, gbk or gb18030"))?);
            }
            "--rule" => {
                asked.rule = Some(match value()?.as_str() {
                    "v1" | "V1" => Rule::V1,
                    "v2" | "V2" => Rule::V2,
                    other => return Err(format!("{other} is not v1 or v2")),
                });
            }
            "--partner" => {
                let partner = Partner::parse(&value()?);
                asked.partner = Some(partner.map_err(|error| error.to_string())?);
            }
            "--client-id" => asked.client_id = Some(value()?),
            "--path" => asked.path = Some(value()?),
            "--json" => asked.json = true,
            "--lang" => {
                let word = value()?;
                let known = Language::parse(&word);
                asked.language = Some(known.ok_or(format!("{word} is not en or zh"))?);
            }
            other if other.starts_with("--") => return Err(format!("unknown option {other}")),
            _ if asked.capture.is_some() => return Err("more than one CAPTURE".to_owned()),
            _ => asked.capture = Some(option),
        }
    }
    Ok(asked)
}

/// A key file. The line break at its end is the file's, not the key's.
fn text(file: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    Ok(text
        .strip_suffix('\n')
        .map_or(text.as_str(), |text| text.trim_end_matches('\r'))
        .to_owned())
}

fn capture(file: &str) -> Result<Captured, String> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_CAPTURE)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let read = if file == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| format!("{file}: {error}"))?;
    if bytes.len() > MAX_CAPTURE {
        return Err(format!("{file}: longer than {MAX_CAPTURE} bytes"));
    }
    if bytes.is_empty() {
        return Err(format!("{file}: empty"));
    }
    Ok(Captured::parse_pasted(&bytes))
}
