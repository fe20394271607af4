//! Which crate may depend on which of ours. The line that matters most: the stand-in for Alipay
//! never signs with the code that verifies, or a wrong canonical text would agree with itself.

use crate::tree::{Dependency, Member, Tree, Violation};

enum Arrow {
    /// The whole crate.
    All(&'static str),
    /// The crate without default or other features: types, and no signing.
    Types(&'static str),
}

const ARROWS: [(&str, &[Arrow]); 7] = [
    ("alipay-checkout-doctor", &[Arrow::All("alipay-protocol")]),
    ("alipay-checkout-edge", &[Arrow::All("alipay-protocol")]),
    ("alipay-checkout-qr", &[]),
    ("alipay-checkout-widget", &[Arrow::Types("alipay-protocol")]),
    ("alipay-protocol", &[]),
    ("alipay-sandbox", &[Arrow::Types("alipay-protocol")]),
    ("xtask", &[]),
];

/// Dependencies between members that the table does not allow.
pub(super) fn violations(tree: &Tree) -> Vec<Violation> {
    tree.members()
        .iter()
        .flat_map(|member| {
            member_messages(member, tree.members())
                .into_iter()
                .map(|message| Violation {
                    path: format!("{}/Cargo.toml", member.folder),
                    line: 1,
                    message,
                })
        })
        .collect()
}

fn member_messages(member: &Member, all: &[Member]) -> Vec<String> {
    let name = &member.name;
    let Some((_, allowed)) = ARROWS.iter().find(|(row, _)| row == name) else {
        return vec![format!(
            "{name} has no row in xtask/src/rules/arrows.rs: say there what it may import"
        )];
    };
    member
        .dependencies
        .iter()
        // A crate's tests may name their own crate, to have a feature that is off by default.
        .filter(|dependency| dependency.name != *name)
        .filter(|dependency| all.iter().any(|ours| ours.name == dependency.name))
        .filter_map(|dependency| refusal(name, dependency, allowed))
        .collect()
}

fn refusal(member: &str, dependency: &Dependency, allowed: &[Arrow]) -> Option<String> {
    let other = &dependency.name;
    for arrow in allowed {
        match arrow {
            Arrow::All(name) if name == other => return None,
            Arrow::Types(name) if name == other => {
                let types_only = !dependency.default_features && dependency.features.is_empty();
                return (!types_only)
                    .then(|| format!("{member} may use {other} only with default-features = false and no other feature"));
            }
            _ => {}
        }
    }
    Some(format!("{member} may not depend on {other}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, folder: &str, dependencies: Vec<Dependency>) -> Member {
        Member {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies,
        }
    }

    fn on(name: &str) -> Dependency {
        Dependency {
            name: name.to_owned(),
            default_features: false,
            features: Vec::new(),
        }
    }

    #[track_caller]
    fn check(changed: Member, expected: &[&str]) {
        let mut members = vec![
            member("alipay-checkout-edge", "edge", vec![on("alipay-protocol")]),
            member(
                "alipay-protocol",
                "protocol",
                vec![on("sha2"), on("alipay-protocol")],
            ),
            member("alipay-sandbox", "sandbox", vec![on("alipay-protocol")]),
        ];
        members.retain(|member| member.name != changed.name);
        members.push(changed);
        let found: Vec<String> = violations(&Tree::made_up(&[], members))
            .iter()
            .map(Violation::to_string)
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_allowed_arrows_accepted() {
        check(member("xtask", "xtask", vec![on("serde_json")]), &[]);
    }

    #[test]
    fn protocol_on_sandbox_rejected() {
        check(
            member("alipay-protocol", "protocol", vec![on("alipay-sandbox")]),
            &["protocol/Cargo.toml:1: alipay-protocol may not depend on alipay-sandbox"],
        );
    }

    #[test]
    fn sandbox_with_protocol_features_rejected() {
        let message = "sandbox/Cargo.toml:1: alipay-sandbox may use alipay-protocol only with \
                       default-features = false and no other feature";
        let with_defaults = Dependency {
            default_features: true,
            ..on("alipay-protocol")
        };
        check(
            member("alipay-sandbox", "sandbox", vec![with_defaults]),
            &[message],
        );
        let with_signing = Dependency {
            features: vec!["sign".to_owned()],
            ..on("alipay-protocol")
        };
        check(
            member("alipay-sandbox", "sandbox", vec![with_signing]),
            &[message],
        );
    }

    #[test]
    fn edge_on_sandbox_rejected() {
        check(
            member("alipay-checkout-edge", "edge", vec![on("alipay-sandbox")]),
            &["edge/Cargo.toml:1: alipay-checkout-edge may not depend on alipay-sandbox"],
        );
    }

    #[test]
    fn xtask_on_protocol_rejected() {
        check(
            member("xtask", "xtask", vec![on("alipay-protocol")]),
            &["xtask/Cargo.toml:1: xtask may not depend on alipay-protocol"],
        );
    }

    #[test]
    fn a_crate_without_a_row_rejected() {
        check(
            member("alipay-new", "new", vec![]),
            &[
                "new/Cargo.toml:1: alipay-new has no row in xtask/src/rules/arrows.rs: say there what it may import",
            ],
        );
    }
}
