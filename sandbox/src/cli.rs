//! The command line: `alipay-sandbox serve …`.

use std::{
    fmt, fs, io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

pub mod receiver;
mod trial;

use receiver::ReceiverOptions;

use crate::{
    Config, FirstFaults,
    antom::{Account, sign::AntomKeys},
    sign::{KeyError, Keys, SignType},
};

/// What `--help` prints.
pub const HELP: &str = "\
alipay-sandbox: a stand-in for Alipay's cross-border gateway and for Antom.
No real money moves.

COMMANDS
  serve    be Alipay: gateway, cashier with a test wallet, notifier
  keys     make key pairs for tests
  notify   send one notification to any receiver
  attack   send forgeries to any receiver, and say which ones it acknowledges
  ladder   show when Alipay sends again, or do it
  alipay-sandbox notify --help tells of the last four.

USAGE
  alipay-sandbox keys --dir DIR
  alipay-sandbox serve --partner 2088… --sign-type RSA2 --secrets DIR --state FILE
                       [--listen 127.0.0.1:8788] [--speedup 60] [--antom-client ID]
                       [--faults JSON]

OPTIONS
  --partner NUMBER   the merchant: 16 digits that start with 2088; any will do, as
                     long as the merchant's side has the same
  --sign-type TYPE   RSA2, RSA or MD5: how requests and notifications are signed,
                     in both directions
  --secrets DIR      holds merchant-public.pem and alipay-private.pem (RSA2, RSA)
                     or md5.key (MD5)
  --state FILE       JSON file that keeps trades and pending notifications over a
                     restart; made when it is not there
  --listen ADDRESS   where to serve; default 127.0.0.1:8788
  --speedup NUMBER   divides the intervals of the retry ladder (2m 10m 10m 1h 2h
                     6h 15h); default 1
  --antom-client ID  be Antom too, for this client-id; needs antom-merchant-public.pem
                     and antom-private.pem in --secrets. SANDBOX_… has its own paths
  --faults JSON      how payments misbehave for the whole run, as below
  --help, --version

TRY IT
  Point the merchant's GATEWAY_URL at http://127.0.0.1:8788/gateway.do, or ANTOM_URL
  at http://127.0.0.1:8788, and pay as a test shopper: the cashier lists them.
    login password 111111, payment password 246810.
  http://127.0.0.1:8788/ lists trades and wallets, /traffic every message as it happens.

OUTCOMES AND FAULTS: at the cashier by hand; by amount (40.01 to 40.13, / lists them); or
  curl -d '{\"outcome\":\"processing_paid\",\"notify\":\"duplicate\"}' \\
    -H content-type:application/json http://127.0.0.1:8788/control/faults
  notify: duplicate reordered delayed tampered wrong_key other_merchant resplit gbk
          retried slow cut held
  more: notify_delay_ms, return_delay_ms, notify_copies, tamper (a field's name), hold.
  curl -X DELETE http://127.0.0.1:8788/control/faults   back to the beginning
";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Send forgeries.
    Attack(ReceiverOptions),
    /// Print [`HELP`].
    Help,
    /// Make keys in this folder.
    Keys(PathBuf),
    /// Show or climb the ladder.
    Ladder(ReceiverOptions),
    /// Send one notification.
    Notify(ReceiverOptions),
    /// Print [`receiver::HELP`].
    ReceiverHelp,
    /// Serve until stopped.
    Serve(ServeOptions),
    /// Print the version.
    Version,
}

/// The options of `serve`.
#[derive(Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// Where to serve.
    pub listen: SocketAddr,
    partner: String,
    sign_type: SignType,
    secrets: PathBuf,
    state: PathBuf,
    speedup: u32,
    antom_client: Option<String>,
    faults: FirstFaults,
}

/// What is wrong with the command line or the files it names: one line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CliError {
    /// A value that the option does not take.
    BadValue {
        /// The option.
        option: &'static str,
        /// What it takes.
        expected: &'static str,
    },
    /// A file of `--secrets` that is no such key.
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: KeyError,
    },
    /// A required option is not there.
    MissingOption(&'static str),
    /// An option without its value.
    MissingValue(&'static str),
    /// A file of `--secrets` that cannot be read.
    Secret {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::ErrorKind,
    },
    /// Neither a command nor an option of ours.
    Unknown(String),
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadValue { option, expected } => write!(f, "{option} takes {expected}"),
            Self::Key { path, reason } => write!(f, "{}: {reason}", path.display()),
            Self::MissingOption(option) => {
                write!(f, "{option} is required; alipay-sandbox --help shows how")
            }
            Self::MissingValue(option) => write!(f, "{option} needs a value"),
            Self::Secret { path, reason } => write!(
                f,
                "cannot read {}: {reason}; make the keys first (alipay-sandbox keys --dir DIR) or \
                 point --secrets at the folder that has them",
                path.display()
            ),
            Self::Unknown(word) => {
                write!(
                    f,
                    "unknown word {word:?}; alipay-sandbox --help shows what there is"
                )
            }
        }
    }
}

impl std::error::Error for CliError {}

/// Reads the words after the program's name. `--name value` and `--name=value` are the same.
///
/// # Errors
///
/// * [`CliError::Unknown`], [`CliError::MissingValue`], [`CliError::BadValue`],
///   [`CliError::MissingOption`].
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Command, CliError> {
    let words: Vec<String> = words.into_iter().collect();
    if words.is_empty()
        || words
            .iter()
            .any(|word| matches!(word.as_str(), "--help" | "-h" | "help"))
    {
        let of_receiver = ["notify", "attack", "ladder", "keys"];
        let first = words.first().map_or("", String::as_str);
        return Ok(if of_receiver.contains(&first) {
            Command::ReceiverHelp
        } else {
            Command::Help
        });
    }
    if words
        .iter()
        .any(|word| matches!(word.as_str(), "--version" | "-V"))
    {
        return Ok(Command::Version);
    }
    let mut words = words.into_iter();
    match words.next().as_deref() {
        Some("serve") => parse_serve(words).map(Command::Serve),
        Some("notify") => receiver::parse(words, true).map(Command::Notify),
        Some("attack") => receiver::parse(words, true).map(Command::Attack),
        Some("ladder") => receiver::parse(words, false).map(Command::Ladder),
        Some("keys") => parse_keys(words).map(Command::Keys),
        other => Err(CliError::Unknown(other.unwrap_or_default().to_owned())),
    }
}

/// The next option of `known` with its value.
fn next_option(
    words: &mut impl Iterator<Item = String>,
    known: &[&'static str],
) -> Result<Option<(&'static str, String)>, CliError> {
    let Some(word) = words.next() else {
        return Ok(None);
    };
    let (name, inline) = match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (word, None),
    };
    let option = known.iter().copied().find(|option| *option == name);
    let option = option.ok_or(CliError::Unknown(name))?;
    let value = inline
        .or_else(|| words.next())
        .filter(|value| !value.is_empty() && !value.starts_with("--"))
        .ok_or(CliError::MissingValue(option))?;
    Ok(Some((option, value)))
}

/// What `--speedup` takes.
const SPEEDUP: &str = "a whole number from 1 to 1000000";

fn speedup(text: &str) -> Option<u32> {
    let speedup = text.parse().ok();
    speedup.filter(|speedup| (1..=1_000_000).contains(speedup))
}

fn parse_keys(mut words: impl Iterator<Item = String>) -> Result<PathBuf, CliError> {
    let mut folder = None;
    while let Some((_, value)) = next_option(&mut words, &["--dir"])? {
        folder = Some(PathBuf::from(value));
    }
    folder.ok_or(CliError::MissingOption("--dir"))
}

fn parse_serve(mut words: impl Iterator<Item = String>) -> Result<ServeOptions, CliError> {
    const OPTIONS: [&str; 8] = [
        "--antom-client",
        "--faults",
        "--listen",
        "--partner",
        "--secrets",
        "--sign-type",
        "--speedup",
        "--state",
    ];
    let mut listen = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8788);
    let mut speedup = 1;
    let (mut partner, mut sign_type, mut secrets, mut state) = (None, None, None, None);
    let (mut antom_client, mut faults) = (None, FirstFaults::default());
    while let Some((option, value)) = next_option(&mut words, &OPTIONS)? {
        let bad = |expected| CliError::BadValue { option, expected };
        match option {
            "--antom-client" => {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                if value.len() > 64 || !value.bytes().all(plain) {
                    return Err(bad("1 to 64 letters, digits, _ or -"));
                }
                antom_client = Some(value);
            }
            "--faults" => {
                faults = FirstFaults::parse(&value).ok_or(bad(
                    "the JSON of POST /control/faults, as '{\"notify\":\"duplicate\"}'",
                ))?;
            }
            "--listen" => {
                listen = value
                    .parse()
                    .map_err(|_| bad("an address and a port, as 127.0.0.1:8788"))?;
            }
            "--partner" => {
                partner = Some(parse_partner(value).ok_or(bad("16 digits that start with 2088"))?)
            }
            "--sign-type" => {
                sign_type =
                    Some(SignType::parse(&value).ok_or(bad("RSA2, RSA or MD5, in capitals"))?);
            }
            "--speedup" => {
                speedup = self::speedup(&value).ok_or(bad(SPEEDUP))?;
            }
            "--secrets" => secrets = Some(PathBuf::from(value)),
            _ => state = Some(PathBuf::from(value)),
        }
    }
    Ok(ServeOptions {
        listen,
        partner: partner.ok_or(CliError::MissingOption("--partner"))?,
        sign_type: sign_type.ok_or(CliError::MissingOption("--sign-type"))?,
        secrets: secrets.ok_or(CliError::MissingOption("--secrets"))?,
        state: state.ok_or(CliError::MissingOption("--state"))?,
        speedup,
        antom_client,
        faults,
    })
}

fn parse_partner(text: String) -> Option<String> {
    let is_partner = text.len() == 16
        && text.starts_with("2088")
        && text.bytes().all(|byte| byte.is_ascii_digit());
    is_partner.then_some(text)
}

impl ServeOptions {
    /// Reads the keys that the sign type needs; other files are not looked at.
    ///
    /// # Errors
    ///
    /// * [`CliError::Secret`], [`CliError::Key`].
    pub fn config(self) -> Result<Config, CliError> {
        let keys = match self.sign_type {
            SignType::Md5 => {
                let path = self.secrets.join("md5.key");
                Keys::md5(&read(&path)?).map_err(|reason| CliError::Key { path, reason })?
            }
            SignType::Rsa | SignType::Rsa2 => {
                let public_path = self.secrets.join("merchant-public.pem");
                let private_path = self.secrets.join("alipay-private.pem");
                let (public, private) = (read(&public_path)?, read(&private_path)?);
                let keys = match self.sign_type {
                    SignType::Rsa => Keys::rsa(&public, &private),
                    _ => Keys::rsa2(&public, &private),
                };
                keys.map_err(|reason| CliError::Key {
                    path: if reason == KeyError::PublicKey {
                        public_path
                    } else {
                        private_path
                    },
                    reason,
                })?
            }
        };
        let mut config = Config::new(&self.partner, keys, self.state);
        config.speedup = self.speedup;
        config.faults = self.faults;
        if let Some(client_id) = self.antom_client {
            config.antom = Some(antom(&self.secrets, client_id)?);
        }
        Ok(config)
    }
}

fn antom(secrets: &Path, client_id: String) -> Result<Account, CliError> {
    let public_path = secrets.join("antom-merchant-public.pem");
    let private_path = secrets.join("antom-private.pem");
    let (public, private) = (read(&public_path)?, read(&private_path)?);
    let keys = AntomKeys::new(&public, &private).map_err(|reason| CliError::Key {
        path: if reason == KeyError::PublicKey {
            public_path
        } else {
            private_path
        },
        reason,
    })?;
    Ok(Account { client_id, keys })
}

fn read(path: &Path) -> Result<String, CliError> {
    fs::read_to_string(path).map_err(|error| CliError::Secret {
        path: path.to_owned(),
        reason: error.kind(),
    })
}

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;
