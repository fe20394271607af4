//! What `notify`, `attack` and `ladder` do.

use std::{io, time::Duration};

use serde_json::json;

use super::{
    CliError, read,
    receiver::{ReceiverError, ReceiverOptions, say},
};
use crate::{
    antom::{self, sign::AntomKeys},
    attack::{self, Attack},
    clock,
    faults::{self, NotifyFault},
    forge,
    gateway_time::GatewayTime,
    ladder, random,
    sender::{Message, Pace, Sender},
    sign::{Fields, KeyError, Keys, SignType},
    trade::Delivery,
};

enum Signer {
    Gateway(Keys),
    Antom(Box<AntomKeys>, String),
}

/// A receiver and everything that is needed to speak to it.
struct Receiver {
    url: String,
    signer: Signer,
    fields: Fields,
    sender: Sender,
}

impl Receiver {
    fn new(options: &ReceiverOptions) -> Result<Self, ReceiverError> {
        let url = options
            .url
            .clone()
            .ok_or(ReceiverError::Cli(CliError::MissingOption("--url")))?;
        let secrets = options
            .secrets
            .as_deref()
            .ok_or(ReceiverError::Cli(CliError::MissingOption("--secrets")))?;
        let load = |name: &str| read(&secrets.join(name)).map_err(ReceiverError::Cli);
        let key = |name: &str, reason| {
            ReceiverError::Cli(CliError::Key {
                path: secrets.join(name),
                reason,
            })
        };
        let signer = if let Some(client) = &options.antom_client {
            let name = "antom-private.pem";
            let keys = AntomKeys::signing(&load(name)?).map_err(|reason| key(name, reason))?;
            Signer::Antom(Box::new(keys), client.clone())
        } else {
            let sign_type = options.sign_type.unwrap_or(SignType::Rsa2);
            let name = if sign_type == SignType::Md5 {
                "md5.key"
            } else {
                "alipay-private.pem"
            };
            Signer::Gateway(
                Keys::signing(sign_type, &load(name)?).map_err(|reason| key(name, reason))?,
            )
        };
        let no_random = |_| {
            ReceiverError::System(io::Error::other(
                "the operating system gives no random numbers",
            ))
        };
        let now_ms = clock::now_ms();
        let time = GatewayTime::from_unix_ms(now_ms);
        let mut fields: Fields = [
            ("currency", "USD".to_owned()),
            ("notify_id", random::hex(17).map_err(no_random)?),
            ("notify_time", time.text()),
            ("notify_type", "trade_status_sync".to_owned()),
            ("out_trade_no", "TEST-1".to_owned()),
            ("total_fee", "19.90".to_owned()),
            (
                "trade_no",
                format!(
                    "{}21001{}",
                    time.compact_date(),
                    random::digits(15).map_err(no_random)?
                ),
            ),
            ("trade_status", "TRADE_FINISHED".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        fields.extend(options.fields.iter().cloned());
        Ok(Self {
            url,
            signer,
            fields,
            sender: Sender::new(Duration::from_secs(10)).map_err(ReceiverError::System)?,
        })
    }

    fn antom_body(&self) -> String {
        let value = |name: &str| self.fields.get(name).cloned().unwrap_or_default();
        let paid = value("trade_status") == "TRADE_FINISHED";
        let (status, code) = if paid {
            ("S", "SUCCESS")
        } else {
            ("F", "ORDER_IS_CLOSED")
        };
        let now = antom::iso_8601(clock::now_ms());
        json!({
            "notifyType": "PAYMENT_RESULT",
            "result": { "resultStatus": status, "resultCode": code, "resultMessage": code.to_lowercase() },
            "paymentId": value("trade_no"),
            "paymentRequestId": value("out_trade_no"),
            "paymentAmount": { "currency": "CNY", "value": value("total_fee").replace('.', "") },
            "paymentCreateTime": now,
            "paymentTime": now,
        })
        .to_string()
    }

    fn message(&self, fault: Option<NotifyFault>) -> Result<Message, KeyError> {
        let mut message = match &self.signer {
            Signer::Gateway(keys) => match fault {
                Some(NotifyFault::WrongKey) => forge::wrong_key(self.fields.clone(), keys)?,
                Some(NotifyFault::OtherMerchant) => {
                    forge::other_merchant(self.fields.clone(), keys)?
                }
                Some(NotifyFault::Resplit) => forge::resplit(&self.fields, keys)?,
                Some(NotifyFault::Gbk) => forge::gbk(self.fields.clone(), keys)?,
                _ => {
                    let mut signed = keys.sign(self.fields.clone())?;
                    if fault == Some(NotifyFault::Tampered) {
                        faults::tamper(&mut signed, "total_fee");
                    }
                    Message::form(&signed)
                }
            },
            Signer::Antom(keys, client) => {
                let body = self.antom_body();
                let sign = |keys: &AntomKeys, client: &str| {
                    antom::signed_message(keys, client, &self.url, clock::now_ms(), body.clone())
                };
                match fault {
                    Some(NotifyFault::WrongKey) => sign(&AntomKeys::stranger()?, client)?,
                    Some(NotifyFault::OtherMerchant) => sign(keys, "SANDBOX_OTHER_MERCHANT")?,
                    Some(NotifyFault::Tampered) => Message {
                        body: body.replace("\"value\":\"", "\"value\":\"1").into_bytes(),
                        ..sign(keys, client)?
                    },
                    _ => sign(keys, client)?,
                }
            }
        };
        message.pace = match fault {
            Some(NotifyFault::Slow) => Pace::Slow,
            Some(NotifyFault::Cut) => Pace::Cut,
            _ => Pace::Plain,
        };
        Ok(message)
    }

    fn attacks(&self) -> Result<Vec<Attack>, KeyError> {
        match &self.signer {
            Signer::Gateway(keys) => attack::of_gateway(&self.fields, keys),
            Signer::Antom(keys, client) => {
                attack::of_antom(&self.antom_body(), keys, client, &self.url, clock::now_ms())
            }
        }
    }

    /// Whether the answer acknowledges. Alipay wants exactly `success`; a careless `SUCCESS ` still shows
    /// that the message was believed.
    fn believes(&self, delivery: &Delivery) -> bool {
        match self.signer {
            Signer::Gateway(_) => {
                let ok = delivery
                    .status
                    .is_some_and(|status| (200..300).contains(&status));
                ok && delivery.body.trim().eq_ignore_ascii_case("success")
            }
            Signer::Antom(..) => antom::acknowledges(delivery),
        }
    }

    fn acknowledges(&self, delivery: &Delivery) -> bool {
        match self.signer {
            Signer::Gateway(_) => delivery.says_success(),
            Signer::Antom(..) => antom::acknowledges(delivery),
        }
    }
}

fn answer(delivery: &Delivery) -> String {
    let body: String = delivery
        .body
        .chars()
        .filter(|one| !one.is_control())
        .take(48)
        .collect();
    match (delivery.status, &delivery.error) {
        (Some(status), _) => format!("{status} {body}"),
        (None, error) => error.clone().unwrap_or_default(),
    }
}

/// Sends one notification. Answers the exit code.
///
/// # Errors
///
/// See [`ReceiverError`].
pub async fn notify(options: &ReceiverOptions) -> Result<u8, ReceiverError> {
    let receiver = Receiver::new(options)?;
    let fault = options.fault.and_then(NotifyFault::parse);
    let copies = if fault == Some(NotifyFault::Duplicate) {
        3
    } else {
        1
    };
    let mut acknowledged = true;
    for _ in 0..copies {
        let message = receiver.message(fault).map_err(ReceiverError::Sign)?;
        let delivery = receiver.sender.post(&receiver.url, message).await;
        say(&format!("answer: {}", answer(&delivery)))?;
        acknowledged &= receiver.acknowledges(&delivery);
    }
    say(if acknowledged {
        "acknowledged: Alipay would not send it again"
    } else {
        "not acknowledged: Alipay would send it again (alipay-sandbox ladder shows when); the answer must be \
         status 200 and exactly the seven bytes success, from Antom its JSON with SUCCESS"
    })?;
    Ok(u8::from(!acknowledged))
}

/// Sends the forgeries, and the genuine message last. Answers the exit code.
///
/// # Errors
///
/// See [`ReceiverError`].
pub async fn attack(options: &ReceiverOptions) -> Result<u8, ReceiverError> {
    let receiver = Receiver::new(options)?;
    let mut accepted = 0_usize;
    let attacks = receiver.attacks().map_err(ReceiverError::Sign)?;
    let count = attacks.len();
    for (sent, one) in attacks.into_iter().enumerate() {
        let Attack {
            name,
            message,
            query,
        } = one;
        let joint = if receiver.url.contains('?') { '&' } else { '?' };
        let url = if query.is_empty() {
            receiver.url.clone()
        } else {
            format!("{}{joint}{query}", receiver.url)
        };
        let delivery = receiver.sender.post(&url, message).await;
        if sent == 0 && delivery.status.is_none() {
            say(&format!(
                "no answer from {}: {}. Start the receiver, or correct --url.",
                receiver.url,
                answer(&delivery)
            ))?;
            return Ok(3);
        }
        let believed = receiver.believes(&delivery);
        accepted = accepted.saturating_add(usize::from(believed));
        let verdict = if believed { "ACCEPTED" } else { "refused" };
        say(&format!("{verdict:<9} {name:<34} {}", answer(&delivery)))?;
    }
    // Last: a receiver that knows the order as paid may acknowledge whatever comes about it.
    let message = receiver.message(None).map_err(ReceiverError::Sign)?;
    let delivery = receiver.sender.post(&receiver.url, message).await;
    let genuine = receiver.acknowledges(&delivery);
    say(&format!(
        "{:<9} {:<34} {}",
        if genuine { "accepted" } else { "REFUSED" },
        "the genuine message",
        answer(&delivery)
    ))?;
    if accepted > 0 {
        say(&format!(
            "{accepted} of {count} forgeries were acknowledged. If the receiver also takes the order for paid then, which \
             only its own records show, whoever can reach this address can do so. Look at the first ACCEPTED: verify the \
             signature over exactly what was received, with the key and algorithm of your configuration, and refuse names \
             that come twice or that you do not know."
        ))?;
        return Ok(1);
    }
    if !genuine {
        say(
            "All forgeries were refused, but so was the genuine message: nothing is proved. Give the receiver the \
             public half of the key in --secrets, an order that it knows (--out-trade-no, --total-fee, --currency), \
             and the same --sign-type.",
        )?;
        return Ok(3);
    }
    say(&format!(
        "All {count} forgeries were refused, and the genuine message was accepted. Tried were single messages about one \
         order, and their answers. That does not show what the receiver wrote down, nor that it holds a genuine amount \
         against the order and takes a repetition once (notify, with another --total-fee and with --fault duplicate), nor \
         what it believes at other addresses, such as the page that shoppers come back to."
    ))?;
    Ok(0)
}

/// Shows the ladder, and climbs it where there is a receiver. Answers the exit code.
///
/// # Errors
///
/// See [`ReceiverError`].
pub async fn ladder(options: &ReceiverOptions) -> Result<u8, ReceiverError> {
    let receiver = options
        .url
        .is_some()
        .then(|| Receiver::new(options))
        .transpose()?;
    let mut after_ms = 0_u64;
    for attempt in 1.. {
        let when = duration(after_ms);
        match &receiver {
            None => say(&format!("delivery {attempt} after {when}"))?,
            Some(receiver) => {
                let message = receiver.message(None).map_err(ReceiverError::Sign)?;
                let delivery = receiver.sender.post(&receiver.url, message).await;
                say(&format!(
                    "delivery {attempt} after {when}: {}",
                    answer(&delivery)
                ))?;
                if receiver.acknowledges(&delivery) {
                    say("acknowledged: the ladder ends here")?;
                    return Ok(0);
                }
            }
        }
        let Some(interval_ms) = ladder::interval_ms(attempt, options.speedup) else {
            break;
        };
        after_ms = after_ms.saturating_add(interval_ms);
        if receiver.is_some() {
            tokio::time::sleep(Duration::from_millis(interval_ms)).await;
        }
    }
    say(
        "After that Alipay sends nothing more: ask it yourself (single_trade_query, inquiryPayment).",
    )?;
    Ok(u8::from(receiver.is_some()))
}

fn duration(ms: u64) -> String {
    let s = ms / 1000;
    if ms < 1000 && ms > 0 {
        return format!("{ms} ms");
    }
    match (s / 3600, s / 60 % 60, s % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}
