//! A diagnosis in words, and in JSON.

use serde_json::{Value, json};

use super::{Certainty, Diagnosis, Finding, Outcome};

const VALID: &str = "VALID: the signature holds, and the message is in order.\n";
const UNEXPLAINED: &str = "NOT EXPLAINED: no known mistake makes this signature hold.

Either the key is not the one it was signed with (give more of them, also your own),
or the message was altered, or fields are missing. Compare what Alipay sent, byte by byte.
";

impl Diagnosis {
    /// The diagnosis for people: what happened, the mend, and how sure it is.
    ///
    /// Fields are named; values, signatures and keys are never in it.
    #[must_use]
    pub fn for_people(&self) -> String {
        let mut text = match self.outcome {
            Outcome::Valid => VALID.to_owned(),
            Outcome::Unexplained => UNEXPLAINED.to_owned(),
            Outcome::Explained => String::new(),
        };
        if let Some(refusal) = &self.refusal {
            text.push_str(&format!("REFUSED, though signed: {refusal}.\n\n"));
        }
        if self.outcome == Outcome::Valid && !self.findings.is_empty() {
            text.push_str("\nIf your own code refuses it all the same:\n\n");
        }
        let proved = |finding: &&Finding| finding.certainty == Certainty::Proved;
        let together = self.findings.iter().filter(proved).count();
        if together > 1 {
            text.push_str(&format!(
                "{together} mistakes together; with all of them undone, the signature holds.\n\n"
            ));
        }
        for finding in &self.findings {
            let sure = finding.certainty.as_str().to_uppercase();
            let cause = finding.cause;
            let place = match &finding.field {
                Some(field) => format!(", in `{}`", field.escape_default()),
                None => String::new(),
            };
            text.push_str(&format!(
                "{sure}: {}{place}\n  what  {}\n  mend  {}\n",
                cause.code(),
                cause.says(),
                cause.mend()
            ));
        }
        text
    }

    /// The diagnosis for programs, as JSON: `outcome`, `refusal` (or null), and `findings`, each with
    /// `code`, `certainty`, `field` (or null), `says` and `mend`.
    #[must_use]
    pub fn for_programs(&self) -> String {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "code": finding.cause.code(),
                    "certainty": finding.certainty.as_str(),
                    "field": finding.field,
                    "says": finding.cause.says(),
                    "mend": finding.cause.mend(),
                })
            })
            .collect();
        json!({
            "outcome": self.outcome.as_str(),
            "refusal": self.refusal,
            "findings": findings,
        })
        .to_string()
    }
}
