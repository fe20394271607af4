//! One endpoint of the merchant: whether it takes deliveries now. Every order asks before it sends,
//! so that a backend that is down is not hammered by each of them.

pub mod circuit;
pub mod object;
