//! New RSA keys, from the operating system's random numbers.

use std::fmt;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use rsa::{
    RsaPrivateKey,
    pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding},
};

/// What Alipay asks for.
const BITS: usize = 2048;

/// A new pair, as the texts of its files.
pub struct KeyPair {
    private_pem: String,
    public_pem: String,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair([elided])")
    }
}

/// No pair could be made: the operating system gives no random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoKeyPair;

impl KeyPair {
    /// Makes one: 2048 bits, PKCS#8 and SPKI.
    ///
    /// # Errors
    ///
    /// * [`NoKeyPair`].
    pub fn new() -> Result<Self, NoKeyPair> {
        // The generator below panics where there is no randomness; asked here first, it does not.
        getrandom::fill(&mut [0; 1]).map_err(|_| NoKeyPair)?;
        let key = private_key().ok_or(NoKeyPair)?;
        let private_pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| NoKeyPair)?;
        let public_pem = key.to_public_key().to_public_key_pem(LineEnding::LF);
        Ok(Self {
            private_pem: private_pem.to_string(),
            public_pem: public_pem.map_err(|_| NoKeyPair)?,
        })
    }

    /// PKCS#8 in PEM. A secret.
    #[must_use]
    pub fn private_pem(&self) -> &str {
        &self.private_pem
    }

    /// SPKI in PEM.
    #[must_use]
    pub fn public_pem(&self) -> &str {
        &self.public_pem
    }
}

/// A key that nobody has ever seen.
pub(crate) fn private_key() -> Option<RsaPrivateKey> {
    RsaPrivateKey::new(&mut UnwrapErr(SysRng), BITS).ok()
}
