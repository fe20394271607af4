use std::{fs, io, path::PathBuf};

use super::{CliError, Command, ServeOptions, parse};
use crate::sign::{KeyError, SignType};

fn parse_line(line: &str) -> Result<Command, CliError> {
    parse(line.split_whitespace().map(str::to_owned))
}

const REQUIRED: &str = "serve --partner 2088000000000001 --sign-type MD5 --secrets s --state f";

fn required() -> ServeOptions {
    ServeOptions {
        listen: "127.0.0.1:8788".parse().unwrap(),
        partner: "2088000000000001".into(),
        sign_type: SignType::Md5,
        secrets: PathBuf::from("s"),
        state: PathBuf::from("f"),
        speedup: 1,
        antom_client: None,
        faults: crate::FirstFaults::default(),
    }
}

#[test]
fn options_are_read_in_both_forms() {
    assert_eq!(parse_line(REQUIRED), Ok(Command::Serve(required())));
    assert_eq!(
        parse_line(&format!("{REQUIRED} --speedup=60 --listen [::1]:18788")),
        Ok(Command::Serve(ServeOptions {
            speedup: 60,
            listen: "[::1]:18788".parse().unwrap(),
            ..required()
        }))
    );
}

#[test]
fn help_and_version_win_over_everything() {
    for line in ["", "--help", "-h", "help", "serve --help", "serve --bad -h"] {
        assert_eq!(parse_line(line), Ok(Command::Help), "{line}");
    }
    assert_eq!(parse_line("--version"), Ok(Command::Version));
}

#[test]
fn every_mistake_says_what_to_do() {
    for (line, expected) in [
        (
            "start",
            "unknown word \"start\"; alipay-sandbox --help shows what there is",
        ),
        (
            "serve --port 1",
            "unknown word \"--port\"; alipay-sandbox --help shows what there is",
        ),
        ("serve --state", "--state needs a value"),
        (
            "serve --state --listen 127.0.0.1:1",
            "--state needs a value",
        ),
        ("serve --state=", "--state needs a value"),
        (
            "serve --listen 8788",
            "--listen takes an address and a port, as 127.0.0.1:8788",
        ),
        (
            "serve --partner 2088",
            "--partner takes 16 digits that start with 2088",
        ),
        (
            "serve --partner 1000000000000000",
            "--partner takes 16 digits that start with 2088",
        ),
        (
            "serve --sign-type rsa2",
            "--sign-type takes RSA2, RSA or MD5, in capitals",
        ),
        (
            "serve --speedup 0",
            "--speedup takes a whole number from 1 to 1000000",
        ),
        (
            "serve",
            "--partner is required; alipay-sandbox --help shows how",
        ),
        (
            "serve --partner 2088000000000001 --sign-type MD5 --secrets s",
            "--state is required; alipay-sandbox --help shows how",
        ),
    ] {
        assert_eq!(
            parse_line(line).unwrap_err().to_string(),
            expected,
            "{line}"
        );
    }
}

#[test]
fn files_of_secrets_are_read_by_sign_type() {
    let folder = std::env::temp_dir().join(format!("sandbox-{}", crate::random::hex(8).unwrap()));
    fs::create_dir_all(&folder).unwrap();
    let config = |sign_type| {
        let options = ServeOptions {
            sign_type,
            secrets: folder.clone(),
            ..required()
        };
        options.config().map(|config| config.keys.sign_type())
    };
    let missing = |name: &str| {
        Err(CliError::Secret {
            path: folder.join(name),
            reason: io::ErrorKind::NotFound,
        })
    };
    assert_eq!(config(SignType::Md5), missing("md5.key"));
    assert_eq!(config(SignType::Rsa2), missing("merchant-public.pem"));
    fs::write(folder.join("md5.key"), "\n").unwrap();
    fs::write(folder.join("merchant-public.pem"), "x").unwrap();
    assert_eq!(config(SignType::Rsa), missing("alipay-private.pem"));
    fs::write(folder.join("alipay-private.pem"), "x").unwrap();
    let bad = |name: &str, reason| {
        Err(CliError::Key {
            path: folder.join(name),
            reason,
        })
    };
    assert_eq!(config(SignType::Md5), bad("md5.key", KeyError::EmptyMd5Key));
    assert_eq!(
        config(SignType::Rsa2),
        bad("merchant-public.pem", KeyError::PublicKey)
    );
    fs::write(folder.join("md5.key"), "a test key\n").unwrap();
    assert_eq!(config(SignType::Md5), Ok(SignType::Md5));
    fs::remove_dir_all(folder).unwrap();
}
