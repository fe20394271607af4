//! The settings of the merchant's endpoints.

use super::Endpoint;
use super::fault::{Fault, Faults};
use super::vars::Vars;
use crate::event::EndpointSecret;
use crate::outbound;
use url::Url;

/// The names of the variables of each endpoint.
pub(super) const ENDPOINTS: [(&str, [&str; 3]); 5] = [
    (
        "1",
        ["FORWARD_URL", "FORWARD_SECRET", "FORWARD_SECRET_PREVIOUS"],
    ),
    (
        "2",
        [
            "FORWARD_URL_2",
            "FORWARD_SECRET_2",
            "FORWARD_SECRET_PREVIOUS_2",
        ],
    ),
    (
        "3",
        [
            "FORWARD_URL_3",
            "FORWARD_SECRET_3",
            "FORWARD_SECRET_PREVIOUS_3",
        ],
    ),
    (
        "4",
        [
            "FORWARD_URL_4",
            "FORWARD_SECRET_4",
            "FORWARD_SECRET_PREVIOUS_4",
        ],
    ),
    (
        "5",
        [
            "FORWARD_URL_5",
            "FORWARD_SECRET_5",
            "FORWARD_SECRET_PREVIOUS_5",
        ],
    ),
];

impl Vars<'_> {
    /// The first endpoint is required; another one is there when its URL is.
    pub(super) fn endpoints(&self, development: bool) -> Vec<Result<Endpoint, Vec<Fault>>> {
        let there =
            |(name, [url, ..]): &(&str, [&'static str; 3])| *name == "1" || (self.0)(url).is_some();
        let one = |(name, names)| self.endpoint(name, names, development);
        ENDPOINTS.into_iter().filter(there).map(one).collect()
    }

    /// The settings whose endpoint is where this Worker is itself.
    pub(super) fn at_ours(endpoints: &[Endpoint], edge_origin: &str) -> Vec<Fault> {
        // The dot at the end of a whole name changes nothing.
        let server = |url: &Url| {
            let host = url.host_str().unwrap_or_default().trim_end_matches('.');
            (host.to_owned(), url.port_or_known_default())
        };
        let ours = Url::parse(edge_origin).ok().map(|url| server(&url));
        let setting = |name| ENDPOINTS.iter().find(|(one, _)| *one == name);
        let found = endpoints.iter();
        let found = found.filter(|one| Some(server(&one.url)) == ours);
        found
            .filter_map(|one| setting(one.name))
            .map(|(_, [url, ..])| Fault::at_ours(url))
            .collect()
    }

    fn endpoint(
        &self,
        name: &'static str,
        [url, secret, previous]: [&'static str; 3],
        development: bool,
    ) -> Result<Endpoint, Vec<Fault>> {
        let parse = |name, text: &str| EndpointSecret::parse(text).ok_or(Fault::malformed(name));
        let mut faults = Faults::default();
        let server =
            |text: String| outbound::server(&text, development).ok_or(Fault::malformed(url));
        let server = faults.take(self.required(url).and_then(server));
        let present = faults.take(self.required(secret).and_then(|text| parse(secret, &text)));
        let before = (self.0)(previous).map(|text| parse(previous, &text));
        let before = before.and_then(|read| faults.take(read));
        let whole = server.zip(present).map(|(url, present)| Endpoint {
            name,
            url,
            secrets: std::iter::once(present).chain(before).collect(),
        });
        faults.or_whole(whole)
    }
}
