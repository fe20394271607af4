use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Output, Stdio},
};

use crate::support::{Folder, PARTNER, shows};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_alipay-sandbox"))
}

fn serve(folder: &Folder, listen: &str) -> Command {
    let mut command = program();
    command.args([
        "serve",
        "--partner",
        PARTNER,
        "--sign-type",
        "MD5",
        "--listen",
        listen,
    ]);
    command.arg("--secrets").arg(folder.path());
    command
        .arg("--state")
        .arg(folder.path().join("alipay.json"));
    command
}

/// Exit code, standard output and standard error.
fn told(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// Starts it and answers the line it prints when it is ready.
fn start(folder: &Folder) -> (Child, String) {
    std::fs::write(folder.path().join("md5.key"), "a test key\n").unwrap();
    let mut command = serve(folder, "127.0.0.1:0");
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    (child, line)
}

#[test]
fn help_teaches_and_succeeds() {
    let (code, out, err) = told(program().arg("--help").output().unwrap());
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for part in [
        "serve",
        "--partner",
        "--sign-type",
        "--secrets",
        "--state",
        "--speedup",
        "246810",
    ] {
        shows(&out, part);
    }
}

#[test]
fn wrong_word_is_one_line_that_says_what_to_do() {
    assert_eq!(
        told(program().args(["serve", "--prot", "1"]).output().unwrap()),
        (
            Some(2),
            String::new(),
            "alipay-sandbox: unknown word \"--prot\"; alipay-sandbox --help shows what there is\n"
                .to_owned()
        )
    );
}

#[test]
fn missing_secret_is_named() {
    let folder = Folder::new();
    let path = folder.path().join("md5.key");
    assert_eq!(
        told(serve(&folder, "127.0.0.1:0").output().unwrap()),
        (
            Some(2),
            String::new(),
            format!(
                "alipay-sandbox: cannot read {}: entity not found; make the keys first \
                 (alipay-sandbox keys --dir DIR) or point --secrets at the folder that has them\n",
                path.display()
            )
        )
    );
}

#[test]
fn foreign_state_file_is_refused() {
    let folder = Folder::new();
    std::fs::write(folder.path().join("md5.key"), "a test key").unwrap();
    std::fs::write(folder.path().join("alipay.json"), "{}").unwrap();
    let (code, out, err) = told(serve(&folder, "127.0.0.1:0").output().unwrap());
    assert_eq!((code, out.as_str()), (Some(1), ""));
    let (start, end) = (
        "alipay-sandbox: the state file is not a state file of this program (",
        "); delete it to start afresh\n",
    );
    assert!(
        err.starts_with(start) && err.ends_with(end) && err.lines().count() == 1,
        "{err}"
    );
}

#[test]
fn taken_port_is_named_and_signals_stop_it_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let folder = Folder::new();
        let (mut child, line) = start(&folder);
        let address = line
            .strip_prefix("listening on http://")
            .unwrap()
            .trim_end();
        assert_eq!(
            told(serve(&folder, address).output().unwrap()),
            (
                Some(1),
                String::new(),
                format!(
                    "alipay-sandbox: {address} is taken; stop the program that has it or choose \
                     another with --listen\n"
                )
            )
        );
        let killed = Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status()
            .unwrap();
        assert!(killed.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
    }
}
