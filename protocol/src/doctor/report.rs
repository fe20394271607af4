//! A diagnosis in words, and in JSON.

use serde_json::{Value, json};

use super::{Certainty, Diagnosis, Finding, Language, Outcome};

/// The words around the findings. Line breaks stand in them, as paragraphs do not fall alike.
struct Frame {
    valid: &'static str,
    unexplained: &'static str,
    refused: &'static str,
    hints: &'static str,
    together: &'static str,
    likely: &'static str,
    proved: &'static str,
    place: &'static str,
    what: &'static str,
    mend: &'static str,
}

const ENGLISH: Frame = Frame {
    valid: "VALID: the signature holds, and the message is in order.\n",
    unexplained: "NOT EXPLAINED: no known mistake makes this signature hold.

Either the key is not the one it was signed with (give more of them, also your own),
or the message was altered, or fields are missing. Compare what Alipay sent, byte by byte.
",
    refused: "REFUSED, though signed: ",
    hints: "If your own code refuses it all the same:",
    together: " mistakes together; with all of them undone, the signature holds.",
    likely: "LIKELY: ",
    proved: "PROVED: ",
    place: ", in ",
    what: "what",
    mend: "mend",
};

const CHINESE: Frame = Frame {
    valid: "有效：签名成立，消息没有问题。\n",
    unexplained: "无法解释：没有任何已知的错误能让这个签名成立。

要么验签的密钥不是签名所用的那一个（请多给几个密钥，包括您自己的），
要么消息被改动过，要么缺少字段。请与支付宝发出的内容逐字节比较。
",
    refused: "签名成立，但被拒绝：",
    hints: "如果您自己的代码仍然拒绝它：",
    together: " 个错误同时存在；全部还原之后，签名成立。",
    likely: "可能：",
    proved: "已证实：",
    place: "，字段 ",
    what: "原因",
    mend: "改法",
};

impl Diagnosis {
    /// The diagnosis for people: what happened, the mend, and how sure it is.
    ///
    /// Fields are named; values, signatures and keys are never in it. Why a verifier refuses a
    /// message is in English in every language: the words are those of its log.
    #[must_use]
    pub fn for_people(&self, language: Language) -> String {
        let frame = match language {
            Language::Chinese => CHINESE,
            Language::English => ENGLISH,
        };
        let mut text = match self.outcome {
            Outcome::Valid => frame.valid.to_owned(),
            Outcome::Unexplained => frame.unexplained.to_owned(),
            Outcome::Explained => String::new(),
        };
        if let Some(refusal) = &self.refusal {
            text.push_str(&format!("{}{refusal}.\n\n", frame.refused));
        }
        if self.outcome == Outcome::Valid && !self.findings.is_empty() {
            text.push_str(&format!("\n{}\n\n", frame.hints));
        }
        let proved = |finding: &&Finding| finding.certainty == Certainty::Proved;
        let together = self.findings.iter().filter(proved).count();
        if together > 1 {
            text.push_str(&format!("{together}{}\n\n", frame.together));
        }
        for finding in &self.findings {
            let sure = match finding.certainty {
                Certainty::Likely => frame.likely,
                Certainty::Proved => frame.proved,
            };
            let cause = finding.cause;
            let place = match &finding.field {
                Some(field) => format!("{}`{}`", frame.place, field.escape_default()),
                None => String::new(),
            };
            text.push_str(&format!(
                "{sure}{}{place}\n  {}  {}\n  {}  {}\n",
                cause.code(),
                frame.what,
                cause.says(language),
                frame.mend,
                cause.mend(language)
            ));
        }
        text
    }

    /// The diagnosis for programs, as JSON: `outcome`, `refusal` (or null), and `findings`, each with
    /// `code`, `certainty`, `field` (or null), and in `language` what it `says` and the `mend`.
    #[must_use]
    pub fn for_programs(&self, language: Language) -> String {
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "code": finding.cause.code(),
                    "certainty": finding.certainty.as_str(),
                    "field": finding.field,
                    "says": finding.cause.says(language),
                    "mend": finding.cause.mend(language),
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
