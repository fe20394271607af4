//! `alipay-sandbox`: the stand-in for Alipay as a program.

use std::{fmt, io, process::ExitCode};

use alipay_sandbox::{
    Sandbox, SandboxError,
    cli::{self, CliError, Command, ServeOptions, receiver, receiver::ReceiverError},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Why the program ends with an error: one line.
enum Failure {
    Cli(CliError),
    Listen(std::net::SocketAddr, io::Error),
    Receiver(ReceiverError),
    Runtime(io::Error),
    Sandbox(SandboxError),
}

impl Failure {
    fn is_wrong_words(&self) -> bool {
        matches!(self, Self::Cli(_) | Self::Receiver(ReceiverError::Cli(_)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cli(error) => error.fmt(f),
            Self::Listen(address, error) if error.kind() == io::ErrorKind::AddrInUse => write!(
                f,
                "{address} is taken; stop the program that has it or choose another with --listen"
            ),
            Self::Listen(address, error) => {
                write!(
                    f,
                    "cannot listen on {address}: {error}; choose another with --listen"
                )
            }
            Self::Receiver(error) => error.fmt(f),
            Self::Runtime(error) => write!(f, "stopped by the system: {error}"),
            Self::Sandbox(error) => error.fmt(f),
        }
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            print_line(&mut io::stderr(), format_args!("alipay-sandbox: {failure}"));
            // 2 is what shells use for wrong words, so that scripts can tell the two apart.
            ExitCode::from(if failure.is_wrong_words() { 2 } else { 1 })
        }
    }
}

fn run() -> Result<u8, Failure> {
    match cli::parse(std::env::args().skip(1)).map_err(Failure::Cli)? {
        Command::Help => print_line(&mut io::stdout(), format_args!("{}", cli::HELP.trim_end())),
        Command::Version => {
            let version = env!("CARGO_PKG_VERSION");
            print_line(&mut io::stdout(), format_args!("alipay-sandbox {version}"));
        }
        Command::ReceiverHelp => print_line(
            &mut io::stdout(),
            format_args!("{}", receiver::HELP.trim_end()),
        ),
        Command::Serve(options) => runtime()?.block_on(serve(options))?,
        Command::Keys(folder) => return receiver::keys(&folder).map_err(Failure::Receiver),
        Command::Notify(options) => {
            let sent = runtime()?.block_on(receiver::notify(&options));
            return sent.map_err(Failure::Receiver);
        }
        Command::Attack(options) => {
            let sent = runtime()?.block_on(receiver::attack(&options));
            return sent.map_err(Failure::Receiver);
        }
        Command::Ladder(options) => {
            let sent = runtime()?.block_on(receiver::ladder(&options));
            return sent.map_err(Failure::Receiver);
        }
    }
    Ok(0)
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(Failure::Runtime)
}

/// Serves until SIGINT or SIGTERM. Everything that counts is on disk by then, so that stopping needs
/// no farewell: open connections are cut.
async fn serve(options: ServeOptions) -> Result<(), Failure> {
    alipay_sandbox::log_to_standard_error();
    let listen = options.listen;
    let config = options.config().map_err(Failure::Cli)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::Runtime)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Runtime)?;
    let listener = TcpListener::bind(listen)
        .await
        .map_err(|error| Failure::Listen(listen, error))?;
    let address = listener.local_addr().map_err(Failure::Runtime)?;
    let sandbox = Sandbox::new(config).map_err(Failure::Sandbox)?;
    print_line(
        &mut io::stdout(),
        format_args!("listening on http://{address}"),
    );
    tokio::select! {
        served = sandbox.serve(listener) => served.map_err(Failure::Runtime),
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

/// Prints without dying of a closed pipe, as `println!` would.
fn print_line(to: &mut impl io::Write, line: fmt::Arguments<'_>) {
    let _ = writeln!(to, "{line}");
    let _ = to.flush();
}
