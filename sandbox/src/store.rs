//! The trades in memory and in one JSON file, written atomically before a change counts.

use std::{
    fmt, fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::trade::Book;

/// Why the state file cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum StateError {
    /// The file is there and cannot be read, or its folder cannot be made.
    Read(io::Error),
    /// The file is not the stand-in's state.
    NotState(serde_json::Error),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => write!(f, "cannot be used: {error}"),
            Self::NotState(error) => write!(
                f,
                "is not a state file of this program ({error}); delete it to start afresh"
            ),
        }
    }
}

impl std::error::Error for StateError {}

/// The book of trades.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    book: Mutex<Book>,
}

impl Store {
    /// Reads the book from `path`; a file that is not there is an empty book.
    ///
    /// # Errors
    ///
    /// See [`StateError`].
    pub(crate) fn open(path: &Path) -> Result<Self, StateError> {
        let book = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(StateError::NotState)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Book::default(),
            Err(error) => return Err(StateError::Read(error)),
        };
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(StateError::Read)?;
        }
        Ok(Self {
            path: path.to_owned(),
            book: Mutex::new(book),
        })
    }

    /// Reads from the book.
    pub(crate) fn read<T>(&self, reader: impl FnOnce(&Book) -> T) -> T {
        reader(&self.lock())
    }

    /// Changes the book; the change counts only once it is on disk.
    ///
    /// # Errors
    ///
    /// The file could not be written; the book in memory is as it was.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Book) -> T) -> io::Result<T> {
        let mut book = self.lock();
        let mut changed = book.clone();
        let answer = change(&mut changed);
        if changed != *book {
            write_atomically(&self.path, &serde_json::to_vec_pretty(&changed)?)?;
            *book = changed;
        }
        Ok(answer)
    }

    /// A panic while the lock was held cannot leave a half-made change: changes are made on a copy.
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Replaces `path` by `bytes` so that a crash leaves either the old or the new content.
fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::{StateError, Store};
    use crate::{random, trade::tests::pay_request};

    fn fresh_folder() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sandbox-{}", random::hex(8).unwrap()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn changes_survive_a_restart() {
        let folder = fresh_folder();
        let path = folder.join("deeper/alipay.json");
        let store = Store::open(&path).unwrap();
        store
            .change(|book| {
                book.open(pay_request("A1"), "c1".into(), None, 1)
                    .map(|_| ())
            })
            .unwrap()
            .unwrap();
        let again = Store::open(&path).unwrap();
        assert_eq!(again.read(Clone::clone), store.read(Clone::clone));
        assert!(again.read(|book| book.by_cashier_id("c1").is_some()));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_change_that_cannot_be_written_does_not_count() {
        let folder = fresh_folder();
        let store = Store::open(&folder.join("alipay.json")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let outcome = store
            .change(|book| {
                book.open(pay_request("A1"), "c1".into(), None, 1)
                    .map(|_| ())
            })
            .map_err(|error| error.kind());
        assert_eq!(outcome, Err(std::io::ErrorKind::NotFound));
        assert_eq!(store.read(|book| book.by_out_trade_no("A1").cloned()), None);
    }

    #[test]
    fn a_foreign_file_is_named_and_kept() {
        let folder = fresh_folder();
        let path = folder.join("alipay.json");
        fs::write(&path, "[1]").unwrap();
        let error = Store::open(&path).map(|_| ()).unwrap_err();
        assert!(matches!(error, StateError::NotState(_)), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[1]");
        fs::remove_dir_all(folder).unwrap();
    }
}
