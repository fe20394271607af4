//! `notify`, `attack`, `ladder` and `keys`: trying any receiver of notifications, ours or not.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::CliError;
use crate::{
    KeyPair,
    faults::NotifyFault,
    random,
    sign::{KeyError, SignType},
};

pub use super::trial::{attack, ladder, notify};

/// What `--help` behind one of these commands prints.
pub const HELP: &str = "\
alipay-sandbox notify | attack | ladder: try a receiver of notifications, yours or ours

  1. alipay-sandbox keys --dir my-keys
     makes key pairs, and says which file your receiver must know.
  2. alipay-sandbox notify --url http://127.0.0.1:3000/notify --secrets my-keys
     sends one genuine notification and says whether it was acknowledged.
  3. alipay-sandbox attack --url http://127.0.0.1:3000/notify --secrets my-keys
     sends forgeries, and says which ones your receiver acknowledges.
  4. alipay-sandbox ladder [--url … --secrets my-keys --speedup 3600]
     shows when Alipay sends again; with --url, does so until it is acknowledged.

OPTIONS
  --url URL            your receiver; http or https
  --secrets DIR        alipay-private.pem (RSA2, RSA), md5.key (MD5), antom-private.pem
  --sign-type TYPE     RSA2 (default), RSA or MD5
  --out-trade-no TEXT  your order's number; default TEST-1
  --total-fee AMOUNT   default 19.90
  --currency CODE      default USD
  --trade-status WORD  default TRADE_FINISHED, which is paid; TRADE_CLOSED is not
  --field NAME=VALUE   one more field, or another value; may be repeated
  --fault WORD         notify only: tampered, wrong_key, other_merchant, resplit, gbk,
                       slow, cut, duplicate
  --antom-client ID    send Antom's JSON instead; the amount is in CNY
  --speedup NUMBER     ladder only; default 1

EXIT CODE
  notify, ladder: 0 acknowledged, 1 not. attack: 0 all forgeries refused, 1 one was
  accepted, 3 the genuine message was refused, so that nothing is proved. 2 wrong words.
";

/// What is to be sent, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverOptions {
    pub(super) url: Option<String>,
    pub(super) secrets: Option<PathBuf>,
    pub(super) sign_type: Option<SignType>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) fault: Option<&'static str>,
    pub(super) antom_client: Option<String>,
    pub(super) speedup: u32,
}

const OPTIONS: [&str; 11] = [
    "--antom-client",
    "--currency",
    "--fault",
    "--field",
    "--out-trade-no",
    "--secrets",
    "--sign-type",
    "--speedup",
    "--total-fee",
    "--trade-status",
    "--url",
];

/// Reads the words behind one of the commands.
///
/// # Errors
///
/// As [`super::parse`].
pub(super) fn parse(
    mut words: impl Iterator<Item = String>,
    needs_url: bool,
) -> Result<ReceiverOptions, CliError> {
    let mut options = ReceiverOptions {
        speedup: 1,
        ..ReceiverOptions::default()
    };
    while let Some((option, value)) = super::next_option(&mut words, &OPTIONS)? {
        let bad = |expected| CliError::BadValue { option, expected };
        let mut field = |name: &str, value: String| options.fields.push((name.to_owned(), value));
        match option {
            "--antom-client" => options.antom_client = Some(value),
            "--currency" => field("currency", value),
            "--fault" => {
                let fault = NotifyFault::parse(&value).filter(|one| SENDABLE.contains(one));
                options.fault = Some(fault.map(NotifyFault::word).ok_or(bad(
                    "tampered, wrong_key, other_merchant, resplit, gbk, slow, cut or duplicate",
                ))?);
            }
            "--field" => {
                let (name, value) = value.split_once('=').ok_or(bad("NAME=VALUE"))?;
                field(name, value.to_owned());
            }
            "--out-trade-no" => field("out_trade_no", value),
            "--secrets" => options.secrets = Some(PathBuf::from(value)),
            "--sign-type" => {
                options.sign_type =
                    Some(SignType::parse(&value).ok_or(bad("RSA2, RSA or MD5, in capitals"))?);
            }
            "--speedup" => options.speedup = super::speedup(&value).ok_or(bad(super::SPEEDUP))?,
            "--total-fee" => field("total_fee", value),
            "--trade-status" => field("trade_status", value),
            _ => {
                let web = url::Url::parse(&value)
                    .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
                options.url = Some(
                    web.then_some(value)
                        .ok_or(bad("an address as https://shop.example/notify"))?,
                );
            }
        }
    }
    if options.url.is_none() && needs_url {
        return Err(CliError::MissingOption("--url"));
    }
    if options.url.is_some() && options.secrets.is_none() {
        return Err(CliError::MissingOption("--secrets"));
    }
    Ok(options)
}

const SENDABLE: [NotifyFault; 8] = [
    NotifyFault::Tampered,
    NotifyFault::WrongKey,
    NotifyFault::OtherMerchant,
    NotifyFault::Resplit,
    NotifyFault::Gbk,
    NotifyFault::Slow,
    NotifyFault::Cut,
    NotifyFault::Duplicate,
];

/// Why nothing could be sent: one line that says what to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReceiverError {
    /// A file of `--secrets`.
    Cli(CliError),
    /// The operating system, a file or the terminal.
    System(io::Error),
    /// A message could not be signed.
    Sign(KeyError),
}

impl std::fmt::Display for ReceiverError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cli(error) => error.fmt(f),
            Self::System(error) => write!(f, "{error}"),
            Self::Sign(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for ReceiverError {}

/// Prints one line.
pub(super) fn say(line: &str) -> Result<(), ReceiverError> {
    // A closed pipe must not end in a panic, as `println!` would.
    writeln!(io::stdout(), "{line}").map_err(ReceiverError::System)
}

/// Makes what is missing of the keys in `folder`; never overwrites. Answers the exit code.
///
/// # Errors
///
/// See [`ReceiverError`].
pub fn keys(folder: &Path) -> Result<u8, ReceiverError> {
    fs::create_dir_all(folder).map_err(ReceiverError::System)?;
    for owner in ["merchant", "alipay", "antom-merchant", "antom"] {
        let private = folder.join(format!("{owner}-private.pem"));
        let public = folder.join(format!("{owner}-public.pem"));
        if private.exists() || public.exists() {
            say(&format!("kept  {}", private.display()))?;
            continue;
        }
        let random = |_| {
            ReceiverError::System(io::Error::other(
                "the operating system gives no random numbers",
            ))
        };
        let pair = KeyPair::new().map_err(random)?;
        write_secret(&private, pair.private_pem())?;
        write_secret(&public, pair.public_pem())?;
        say(&format!("made  {}", private.display()))?;
    }
    let md5 = folder.join("md5.key");
    if !md5.exists() {
        let key = random::hex(16)
            .map_err(|_| ReceiverError::System(io::Error::other("no random numbers")))?;
        write_secret(&md5, &key)?;
        say(&format!("made  {}", md5.display()))?;
    }
    say(&format!(
        "Your receiver verifies with {} (Alipay's public key), {} (Antom's) or md5.key. They are for tests: \
         never use them at Alipay.",
        folder.join("alipay-public.pem").display(),
        folder.join("antom-public.pem").display()
    ))?;
    Ok(0)
}

/// Writes a file that only its owner can read, and that is not there yet.
fn write_secret(path: &Path, text: &str) -> Result<(), ReceiverError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(path).map_err(ReceiverError::System)?;
    file.write_all(text.as_bytes())
        .map_err(ReceiverError::System)
}
