//! The command `alipay-doctor`, from outside: what it reads, what it prints, how it ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Genuine, genuine};

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("doctor-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Status and what was printed to either side.
fn run(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_alipay-doctor"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that refuses its arguments never reads, and closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn key_file(folder: &Path, genuine: &Genuine) -> String {
    let file = folder.join("key");
    std::fs::write(&file, format!("{}\n", genuine.key)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn valid_message_ends_with_0_and_an_explained_one_with_1() {
    let folder = folder("status");
    let genuine = genuine("edge-base");
    let key = key_file(&folder, &genuine);
    let arguments = ["--key", &key, "--sign-type=md5", "-"];
    let (status, out, _) = run(&arguments, genuine.body.as_bytes());
    assert_eq!(status, Some(0));
    assert_eq!(
        out,
        "VALID: the signature holds, and the message is in order.\n"
    );
    let arguments = ["--key", &key, "--sign-type=md5", "--lang=zh", "-"];
    let (status, out, _) = run(&arguments, genuine.body.as_bytes());
    assert_eq!(
        (status, out.as_str()),
        (Some(0), "有效：签名成立，消息没有问题。\n")
    );
    // A body with a query added, in a file that ends as an editor ends it.
    let capture = folder.join("capture");
    std::fs::write(&capture, format!("{}&shop=7\r\n", genuine.body)).unwrap();
    let arguments = [
        "--key",
        &key,
        "--sign-type",
        "MD5",
        capture.to_str().unwrap(),
    ];
    let (status, out, _) = run(&arguments, b"");
    assert_eq!(status, Some(1));
    assert!(
        out.starts_with("PROVED: query_mixed_in, in `shop`\n"),
        "{out}"
    );
    assert!(!out.contains(&genuine.key) && !out.contains("WB-20240305"));
}

#[test]
fn what_nothing_explains_ends_with_3_in_json_too() {
    let genuine = genuine("edge-base");
    let key = key_file(&folder("json"), &genuine);
    let altered = genuine.with("total_fee", b"0.01");
    let arguments = ["--json", "--key", &key, "--sign-type", "MD5"];
    let (status, out, _) = run(&arguments, altered.as_bytes());
    assert_eq!(status, Some(3));
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["outcome"], "unexplained");
    assert_eq!(json["findings"], serde_json::json!([]));
}

#[test]
fn usage_that_cannot_be_right_ends_with_2_and_says_why() {
    let genuine = genuine("edge-base");
    let key = key_file(&folder("usage"), &genuine);
    for (arguments, error) in [
        (
            vec![],
            "--key FILE is missing: what was the message verified with?",
        ),
        (vec!["--key"], "--key needs a value"),
        (
            vec!["--key", &key, "--sign-type", "DSA"],
            "DSA is not RSA2, RSA or MD5",
        ),
        (vec!["--key", &key, "--rule", "v3"], "v3 is not v1 or v2"),
        (vec!["--key", &key, "--lang", "fr"], "fr is not en or zh"),
        (vec!["--key", &key, "--colour"], "unknown option --colour"),
        (vec!["--key", &key, "a", "b"], "more than one CAPTURE"),
        (vec!["--key", &key, "-"], "-: empty"),
    ] {
        let (status, out, err) = run(&arguments, b"");
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}");
        let first = err.lines().next().unwrap();
        assert_eq!(first, format!("alipay-doctor: {error}"));
    }
    let (status, out, _) = run(&["--help"], b"");
    assert_eq!(status, Some(0));
    assert!(out.starts_with("alipay-doctor: why does the signature of this message not hold?\n"));
}
