//! The gateway's files: rates, payments, settlements. Text that **nobody signed**.
//!
//! Take a file from the connection on which its request went out, over TLS, and from nowhere else. It
//! is for comparing books; it pays and refunds no order.

mod rate;
mod refusal;
mod request;
mod statement;

use thiserror::Error;

use crate::charset::Charset;
use crate::query::{ErrorCode, answer, xml};

pub use rate::Rate;
pub use refusal::Refusal;
pub use request::{FileRequest, MAX_DAYS, Period, PeriodError};
pub use statement::{RowStatus, RowType, StatementRow, Sum};

/// The longest file that is read, in bytes. Ten days of the busiest account must fit into a Worker's
/// memory several times over; larger ones come by SFTP.
pub const MAX_FILE: usize = 4 * 1024 * 1024;

/// The most rows that are read.
pub const MAX_ROWS: usize = 20_000;

/// What Alipay answered to the request for a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File<R> {
    /// No file; why.
    Refused(Refusal),
    /// The rows, in the order of the file.
    Rows(Vec<R>),
}

impl File<Rate> {
    /// Reads the answer to [`FileRequest::rates`].
    ///
    /// # Errors
    ///
    /// A [`FileError`]; one bad row refuses the file, as books must not be compared with half of one.
    ///
    /// # Source
    ///
    /// `docs/alipay/files.md` section 1.
    pub fn parse(body: &[u8], charset: Charset) -> Result<Self, FileError> {
        read(body, charset, rate::parse)
    }
}

impl File<StatementRow> {
    /// Reads the answer to [`FileRequest::compare`] or [`FileRequest::liquidation`].
    ///
    /// # Errors
    ///
    /// A [`FileError`]; one bad row refuses the file, as books must not be compared with half of one.
    ///
    /// # Source
    ///
    /// `docs/alipay/files.md` section 3.
    pub fn parse(body: &[u8], charset: Charset) -> Result<Self, FileError> {
        read(body, charset, statement::parse)
    }
}

/// Why bytes are not a file of the gateway's. `row` counts from 1, as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FileError {
    /// Not text of the charset.
    #[error("file is not in the configured charset")]
    CharsetNotAccepted,
    /// A column is absent or not of its shape.
    #[error("row {row}: {column} is absent or not of its shape")]
    InvalidRow {
        /// Which row.
        row: usize,
        /// Which column.
        column: &'static str,
    },
    /// Neither rows nor a refusal: nothing, or a page of a proxy.
    #[error("body is not a file of the gateway")]
    NotAFile,
    /// More bytes than are read.
    #[error("file of {actual} bytes is longer than {limit}")]
    TooLong {
        /// The most that is read.
        limit: usize,
        /// What came.
        actual: usize,
    },
    /// More rows than are read.
    #[error("file has more than {limit} rows")]
    TooManyRows {
        /// The most that is read.
        limit: usize,
    },
}

/// A column is absent or not of its shape.
#[derive(Clone, Copy, Debug)]
struct BadColumn(&'static str);

fn read<R>(
    body: &[u8],
    charset: Charset,
    parse: fn(&str) -> Result<R, BadColumn>,
) -> Result<File<R>, FileError> {
    if body.len() > MAX_FILE {
        return Err(FileError::TooLong {
            limit: MAX_FILE,
            actual: body.len(),
        });
    }
    let text = charset.decode(body).ok_or(FileError::CharsetNotAccepted)?;
    if text.trim_start().starts_with('<') {
        return code(&text).map(|code| File::Refused(Refusal::Code(code)));
    }
    if let Some(refusal) = Refusal::parse(text.trim()) {
        return Ok(File::Refused(refusal));
    }
    // The last line may end with a line break or not.
    let text = text.strip_suffix('\n').unwrap_or(&text);
    if !text.contains('|') {
        return Err(FileError::NotAFile);
    }
    let mut rows = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if index >= MAX_ROWS {
            return Err(FileError::TooManyRows { limit: MAX_ROWS });
        }
        let row = parse(line.strip_suffix('\r').unwrap_or(line)).map_err(|BadColumn(column)| {
            FileError::InvalidRow {
                row: index.saturating_add(1),
                column,
            }
        })?;
        rows.push(row);
    }
    Ok(File::Rows(rows))
}

/// The code in the XML that stands in the place of a file. Its declaration says GBK whatever was asked
/// for, and only a code of letters is taken from it, so the charset that it names does not matter.
fn code(text: &str) -> Result<ErrorCode, FileError> {
    let document = xml::parse(text.trim()).ok_or(FileError::NotAFile)?;
    answer::refusal(&document.root)
        .ok()
        .flatten()
        .ok_or(FileError::NotAFile)
}
