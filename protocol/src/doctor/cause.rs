//! The known mistakes: a stable code, what happened in plain words, the mend.

use super::Language;
use super::chinese;

/// A mistake that is known to break signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(
    missing_docs,
    reason = "each variant is described by `code`, `says` and `mend`, for readers of all three kinds"
)]
pub enum Cause {
    AlgorithmOfHeaderNotRsa256,
    AmountReformatted,
    BodyHasLineBreak,
    BodyReserialised,
    CharsetIsOther,
    ClientIdIsOther,
    DecodedTwice,
    EmptyValuesSigned,
    EncodedTwice,
    FieldAdded,
    FieldDropped,
    GbkReadAsUtf8,
    HtmlEscaped,
    JsonReserialised,
    KeyBroken,
    KeyHasStrayCharacters,
    KeyIsAlipaysOlderKey,
    KeyIsAnotherOne,
    KeyIsCertificate,
    KeyIsOwnPublicKey,
    KeyIsPkcs1,
    KeyIsPrivate,
    KeyOfAnotherSize,
    LineBreaksChanged,
    Md5KeyHasWhiteSpace,
    Md5KeyPrepended,
    MethodIsOther,
    NotSorted,
    PathIsOther,
    PlusBecameSpace,
    QueryMixedIn,
    RefusedBehindSignature,
    RequestAsNotification,
    Resplit,
    ReturnAsNotification,
    SignEncodedTwice,
    SignHasLineBreaks,
    SignIsUpperCase,
    SignIsUrlSafe,
    SignLostPadding,
    SignMissing,
    SignPlusBecameSpace,
    SignTruncated,
    SignTypeDropped,
    SignTypeIsOther,
    SignTypeLeftIn,
    SignTypeWordDiffers,
    SignedByOwnKey,
    SlashesAdded,
    SlashesStripped,
    SpaceBecamePlus,
    TextLost,
    TimeAltered,
    TimeReformatted,
    Utf8ReadAsGbk,
    Utf8ReadAsLatin1,
    ValuePadded,
    ValueTrimmed,
    ValuesLeftEncoded,
    ValuesQuoted,
    WrongPartner,
}

impl Cause {
    /// A stable word for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// What happened, for people.
    #[must_use]
    pub fn says(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => chinese::words(self).0,
            Language::English => self.row().1,
        }
    }

    /// What mends it.
    #[must_use]
    pub fn mend(self, language: Language) -> &'static str {
        match language {
            Language::Chinese => chinese::words(self).1,
            Language::English => self.row().2,
        }
    }

    #[rustfmt::skip]
    fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::AlgorithmOfHeaderNotRsa256 => ("algorithm_not_rsa256", "The header `signature` names an algorithm other than RSA256.", "Antom signs with RSA256 only: refuse the message, and look who sent it."),
            Self::AmountReformatted => ("amount_reformatted", "An amount was read as a number and written again (`8.00` became `8`, or the reverse).", "Keep amounts as the text that came; make numbers of them only after the signature held."),
            Self::BodyHasLineBreak => ("body_has_line_break", "A line break stands at the end of the body that was not sent.", "Verify the bytes of the request, not a line that was read or logged."),
            Self::BodyReserialised => ("body_reserialised", "The JSON was parsed and written again: the same to a parser, other bytes to a signature.", "Take the raw body before any JSON middleware reads it, and verify those bytes."),
            Self::CharsetIsOther => ("charset_is_other", "The signature holds, but the message is in another charset than the configured one.", "Configure the charset that your requests name in `_input_charset`."),
            Self::ClientIdIsOther => ("client_id_is_other", "The signature holds for another `client-id` than the one it was verified with.", "Use the client id of the same environment (sandbox ids begin with SANDBOX_), and never rewrite the header."),
            Self::DecodedTwice => ("decoded_twice", "A value was percent-decoded twice.", "The form parser decodes once; take every further decodeURIComponent or urldecode out."),
            Self::EmptyValuesSigned => ("empty_values_signed", "The signer left fields without a value in the text.", "Leave fields without a value out before signing."),
            Self::EncodedTwice => ("encoded_twice", "Values are still percent-encoded after one decoding.", "Something encoded the message again, a proxy or a replay script: pass the body on as it is."),
            Self::FieldAdded => ("field_added", "A field is there that was not signed.", "Look who adds it: a framework's routing parameter, a proxy, a middleware. Verify the body alone."),
            Self::FieldDropped => ("field_dropped", "A field is absent that was signed.", "Give the verifier all fields that came, also those your code does not know."),
            Self::GbkReadAsUtf8 => ("gbk_read_as_utf8", "The text was signed as GBK, and it is verified as UTF-8.", "Verify the bytes in the charset they came in, or send `_input_charset=utf-8` with the request."),
            Self::HtmlEscaped => ("html_escaped", "Values went through an HTML escape (`&quot;`, `&amp;`).", "Take the raw body: an input filter of the framework escaped it. Escape on output, never on input."),
            Self::JsonReserialised => ("json_reserialised", "A value that holds JSON was parsed and written again.", "Keep the value as the text that came."),
            Self::KeyBroken => ("key_broken", "The key is not one that can be read.", "Copy it again from Alipay's console: PEM, or the base64 in one piece."),
            Self::KeyHasStrayCharacters => ("key_has_stray_characters", "The key has characters in it that belong to no key (wide spaces, `\\n` as two characters, quotes).", "Copy it again, from the console and not from a chat or a document; store it without quotes."),
            Self::KeyIsAlipaysOlderKey => ("key_is_not_alipays_shared_key", "The message is signed with Alipay's key of 1024 bits that all merchants of `RSA` share; another one is configured.", "For `RSA` on the cross-border gateway use that key; better, move to `RSA2`."),
            Self::KeyIsAnotherOne => ("key_is_another_one", "The signature holds with another of the keys that were given.", "Configure that key: keys of two accounts, applications or environments were mixed up."),
            Self::KeyIsCertificate => ("key_is_certificate", "A certificate stands where a public key belongs.", "Take the public key out of it: openssl x509 -in FILE -pubkey -noout."),
            Self::KeyIsOwnPublicKey => ("key_is_own_public_key", "The configured key is the public half of your own private key. Alipay signs with its own.", "Copy the *Alipay* public key from the console; yours is for Alipay to verify your requests."),
            Self::KeyIsPkcs1 => ("key_is_pkcs1", "The key is PKCS#1 (`RSA PUBLIC KEY`); many libraries read only SPKI (`PUBLIC KEY`).", "openssl rsa -RSAPublicKey_in -in FILE -pubout"),
            Self::KeyIsPrivate => ("key_is_private", "A private key stands where Alipay's public key belongs.", "Copy the Alipay public key from the console, and change this private key if it was shown to anybody."),
            Self::KeyOfAnotherSize => ("key_of_another_size", "The signature has the size of another key.", "Look for the key of that size: 128 bytes are 1024 bits, 256 bytes are 2048."),
            Self::LineBreaksChanged => ("line_breaks_changed", "Line breaks were converted between CRLF and LF.", "Pass the body on as bytes."),
            Self::Md5KeyHasWhiteSpace => ("md5_key_has_white_space", "The MD5 key was copied with white space or quotes around it.", "Store the key without them; mind the line break at the end of a file."),
            Self::Md5KeyPrepended => ("md5_key_prepended", "The signer put the MD5 key before the text, or joined it with `&key=`.", "Append the key to the text with nothing between."),
            Self::MethodIsOther => ("method_is_other", "The signature holds for POST, the request came with another method.", "Antom posts. Look for a redirect that changed the method."),
            Self::NotSorted => ("not_sorted", "The signer joined the fields in the order they stood, not sorted by name.", "Sort by the bytes of the names before joining."),
            Self::PathIsOther => ("path_is_other", "The signature holds for another path than the one it was verified with.", "Use path and query exactly as in the notify address that Antom has; proxies strip prefixes and add slashes."),
            Self::PlusBecameSpace => ("plus_became_space", "A `+` in a value was read as a space.", "In a form `+` is a space and `%2B` is a plus: whoever sends or replays it must write %2B."),
            Self::QueryMixedIn => ("query_mixed_in", "Parameters of the notify address's query were mixed into the signed fields.", "Verify the fields of the body alone, and give Alipay a notify address without a query."),
            Self::RefusedBehindSignature => ("refused_behind_signature", "The signature holds, and the message is refused for what it says.", "See the refusal; the keys are right."),
            Self::RequestAsNotification => ("request_as_notification", "The signature holds, but this is a request to pay, not a notification.", "Never take it for a payment: look who sends it."),
            Self::Resplit => ("resplit", "The signature holds, but a value holds a field of its own (`&name=`): perhaps another message's text, split at another place.", "Ask Alipay about the trade; never deliver on this message. Do not sign texts with & and = in them."),
            Self::ReturnAsNotification => ("return_as_notification", "The signature holds, but this is the query of a return, sent to the notify address.", "A return proves nothing and anybody can send it again. Wait for the notification, which has a notify_id."),
            Self::SignEncodedTwice => ("sign_encoded_twice", "`sign` is percent-encoded twice.", "Encode the signature once, or not at all if the HTTP library does."),
            Self::SignHasLineBreaks => ("sign_has_line_breaks", "White space stands in `sign`: base64 that was broken into lines, or a line break at its end.", "Write base64 in one line (Ruby: strict_encode64; Java: no MIME encoder)."),
            Self::SignIsUpperCase => ("sign_is_upper_case", "`sign` is MD5 in upper-case digits; Alipay writes lower case.", "Write hexadecimal in lower case."),
            Self::SignIsUrlSafe => ("sign_is_url_safe", "`sign` is in the URL-safe alphabet of base64 (`-`, `_`).", "Use the standard alphabet (`+`, `/`) with padding."),
            Self::SignLostPadding => ("sign_lost_padding", "`sign` lost the `=` at its end.", "Keep base64 whole: do not split the form at every `=`."),
            Self::SignMissing => ("sign_missing", "There is no `sign` in the message.", "Look whether the body was read before, or a field was filtered. A message without a signature is nobody's."),
            Self::SignPlusBecameSpace => ("sign_plus_became_space", "A `+` in `sign` became a space.", "The sender must write it as %2B; do not decode the form a second time."),
            Self::SignTruncated => ("sign_truncated", "`sign` is shorter than any signature of this key.", "Look for a column, a log or a limit that cuts it."),
            Self::SignTypeDropped => ("sign_type_dropped", "The text was signed with `sign_type` in it (rule V2), and is verified without.", "Use rule V2 here: leave out `sign` only."),
            Self::SignTypeIsOther => ("sign_type_is_other", "The signature holds under the same key with another `sign_type`.", "Configure the sign_type that is set in Alipay's console: RSA is SHA-1, RSA2 is SHA-256."),
            Self::SignTypeLeftIn => ("sign_type_left_in", "The text was signed without `sign_type` (rule V1), and is verified with it.", "Leave out `sign` and `sign_type` before joining."),
            Self::SignTypeWordDiffers => ("sign_type_word_differs", "The signature holds, but `sign_type` is not exactly the configured word. It is not signed, so anybody can have changed it.", "Alipay writes MD5, RSA and RSA2 in upper case: look who changed it. Never let the message choose."),
            Self::SignedByOwnKey => ("signed_by_own_key", "The message is signed with your own key, not with Alipay's.", "It is one of your own requests, or your test signs with the wrong key."),
            Self::SlashesAdded => ("slashes_added", "Backslashes were added before quotes or slashes.", "Take the raw body: addslashes, magic quotes or a JSON encoder wrote them."),
            Self::SlashesStripped => ("slashes_stripped", "Backslashes were taken out of a value.", "Take stripslashes out, and verify the raw value."),
            Self::SpaceBecamePlus => ("space_became_plus", "A space in a value became a `+` that is meant as one.", "The form was not decoded, or encoded twice: decode `+` to a space once."),
            Self::TextLost => ("text_lost", "A value has U+FFFD in it: bytes of another charset were read as UTF-8, and what stood there is lost.", "Take the raw bytes; with GBK, decode them as GBK, or send `_input_charset=utf-8` with the request."),
            Self::TimeAltered => ("time_altered", "The signature holds for another `request-time` than the header has.", "Verify with the header's text; do not write the time anew."),
            Self::TimeReformatted => ("time_reformatted", "A time was read and written again in another form.", "Keep times as the text that came."),
            Self::Utf8ReadAsGbk => ("utf8_read_as_gbk", "The text was signed as UTF-8, and it is verified as GBK.", "Verify the bytes as they came, in UTF-8."),
            Self::Utf8ReadAsLatin1 => ("utf8_read_as_latin1", "UTF-8 was read as Latin-1 and written as UTF-8 again.", "Set the charset of the request before parameters are read (Java: setCharacterEncoding)."),
            Self::ValuePadded => ("value_padded", "A value has white space around it that was not signed.", "Verify values as they came."),
            Self::ValueTrimmed => ("value_trimmed", "White space around a value was signed and is gone.", "Do not trim values before verifying: take the framework's filter off this route."),
            Self::ValuesLeftEncoded => ("values_left_encoded", "The signer joined percent-encoded values.", "Sign the plain values, and encode when the form is written."),
            Self::ValuesQuoted => ("values_quoted", "The signer put values between quotes, as the app's order text has them.", "Join name=value without quotes."),
            Self::WrongPartner => ("wrong_partner", "The signature holds, but the message is for another account.", "Configure the account that the message names, if it is yours."),
        }
    }
}
