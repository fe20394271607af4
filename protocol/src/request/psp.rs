//! Fields for payment service providers, and for wallets of one region.

/// Which wallet pays.
///
/// # Source
///
/// `docs/alipay/request.md` section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentInst {
    /// `ALIPAYCN`: the mainland's wallet.
    AlipayCn,
    /// `ALIPAYHK`: Hong Kong's wallet, in HKD only.
    AlipayHk,
}

impl PaymentInst {
    /// The wire's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AlipayCn => "ALIPAYCN",
            Self::AlipayHk => "ALIPAYHK",
        }
    }
}

/// For whom a payment service provider takes the payment. All four are required of providers.
///
/// # Source
///
/// `docs/alipay/request.md` section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondaryMerchant<'a> {
    /// The provider's number for the merchant: at most 64 characters.
    pub id: &'a str,
    /// The merchant's name: at most 128 characters.
    pub name: &'a str,
    /// The merchant category code: four digits.
    pub industry: &'a str,
    /// The merchant's site: an address without a query.
    pub refer_url: &'a str,
}

impl<'a> SecondaryMerchant<'a> {
    pub(crate) fn fields(self) -> [(&'static str, &'a str); 4] {
        [
            ("secondary_merchant_id", self.id),
            ("secondary_merchant_name", self.name),
            ("secondary_merchant_industry", self.industry),
            ("refer_url", self.refer_url),
        ]
    }
}
