//! RSA by the runtime's WebCrypto: about twenty times faster than wasm, and the private key's
//! arithmetic stays out of wasm. Imported keys are cached for the life of the isolate.

use crate::carry::settled;
use alipay_protocol::backend::RsaBackend;
use alipay_protocol::key::{PrivateKey, PublicKey};
use alipay_protocol::sign::{BadSignature, Digest, SignError};
use js_sys::{Array, Object, Reflect, Uint8Array};
use sha2::Digest as _;
use sha2::Sha256;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

/// More than a Worker has; a guard against growing without end.
const MAX_CACHED: usize = 16;

thread_local! {
    static CACHE: RefCell<BTreeMap<CacheKey, CryptoKey>> = const { RefCell::new(BTreeMap::new()) };
    static SUBTLE: OnceCell<SubtleCrypto> = const { OnceCell::new() };
}

/// What a key is known by once it is imported: a public one by itself, a private one by its digest, so
/// that no copy of it stays in wasm's memory.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct CacheKey {
    known_by: Vec<u8>,
    hash: &'static str,
    usage: &'static str,
}

/// A key as it is to be imported.
#[derive(Clone, Copy)]
struct Slot<'a> {
    der: &'a [u8],
    format: &'static str,
    hash: &'static str,
    usage: &'static str,
}

/// The runtime's WebCrypto.
#[derive(Clone, Copy, Debug)]
pub struct WebCrypto;

impl RsaBackend for WebCrypto {
    async fn verify(
        &self,
        key: &PublicKey,
        digest: Digest,
        text: &[u8],
        signature: &[u8],
    ) -> Result<(), BadSignature> {
        let slot = Slot {
            der: key.spki_der(),
            format: "spki",
            hash: hash(digest),
            usage: "verify",
        };
        match verify(slot, text, signature).await {
            Ok(verdict) if verdict.as_bool() == Some(true) => Ok(()),
            _ => Err(BadSignature),
        }
    }

    async fn sign(
        &self,
        key: &PrivateKey,
        digest: Digest,
        text: &[u8],
    ) -> Result<Vec<u8>, SignError> {
        let slot = Slot {
            der: key.pkcs8_der(),
            format: "pkcs8",
            hash: hash(digest),
            usage: "sign",
        };
        sign(slot, text).await.map_err(|_| SignError)
    }
}

fn hash(digest: Digest) -> &'static str {
    match digest {
        Digest::Sha1 => "SHA-1",
        Digest::Sha256 => "SHA-256",
    }
}

async fn verify(slot: Slot<'_>, text: &[u8], signature: &[u8]) -> Result<JsValue, JsValue> {
    let subtle = subtle()?;
    let key = imported(&subtle, slot).await?;
    let promise = subtle.verify_with_str_and_js_u8_array_and_js_u8_array(
        ALGORITHM,
        &key,
        &Uint8Array::from(signature),
        &Uint8Array::from(text),
    )?;
    settled(promise, None).await.unwrap_or(Err(JsValue::NULL))
}

async fn sign(slot: Slot<'_>, text: &[u8]) -> Result<Vec<u8>, JsValue> {
    let subtle = subtle()?;
    let key = imported(&subtle, slot).await?;
    let promise = subtle.sign_with_str_and_js_u8_array(ALGORITHM, &key, &Uint8Array::from(text))?;
    Ok(Uint8Array::new(&settled(promise, None).await.unwrap_or(Err(JsValue::NULL))?).to_vec())
}

const ALGORITHM: &str = "RSASSA-PKCS1-v1_5";

fn subtle() -> Result<SubtleCrypto, JsValue> {
    if let Some(subtle) = SUBTLE.with(|cell| cell.get().cloned()) {
        return Ok(subtle);
    }
    let crypto: Crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into();
    Ok(SUBTLE.with(|cell| cell.get_or_init(|| crypto.subtle()).clone()))
}

async fn imported(subtle: &SubtleCrypto, slot: Slot<'_>) -> Result<CryptoKey, JsValue> {
    let cached = CacheKey {
        known_by: match slot.usage {
            "verify" => slot.der.to_vec(),
            _ => Sha256::digest(slot.der).to_vec(),
        },
        hash: slot.hash,
        usage: slot.usage,
    };
    if let Some(key) = CACHE.with_borrow(|cache| cache.get(&cached).cloned()) {
        return Ok(key);
    }
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &ALGORITHM.into())?;
    Reflect::set(&algorithm, &"hash".into(), &slot.hash.into())?;
    let promise = subtle.import_key_with_object(
        slot.format,
        &Uint8Array::from(slot.der),
        &algorithm,
        // Not extractable: the runtime never hands the key out again.
        false,
        &Array::of1(&slot.usage.into()),
    )?;
    let key = settled(promise, None).await.unwrap_or(Err(JsValue::NULL))?;
    let key: CryptoKey = key.dyn_into()?;
    CACHE.with_borrow_mut(|cache| {
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(cached, key.clone());
    });
    Ok(key)
}
