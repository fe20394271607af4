//! The rules. Each is a pure function from the tree to what breaks it.

mod arrows;
mod clock;
mod javascript;
mod pins;
mod rust_paths;
mod size;

use crate::tree::{Tree, Violation};

type Rule = fn(&Tree) -> Vec<Violation>;

/// Every rule, by the name that its messages end with.
pub(crate) const RULES: [(&str, Rule); 6] = [
    ("arrows", arrows::violations),
    ("clock", clock::violations),
    ("javascript", javascript::violations),
    ("pins", pins::violations),
    ("rust-paths", rust_paths::violations),
    ("size", size::violations),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every rule holds on the tree that the tests were built from.
    #[test]
    fn this_tree_is_tidy() {
        let tree = Tree::read(crate::root()).unwrap();
        let found: Vec<String> = RULES
            .iter()
            .flat_map(|(name, rule)| {
                let violations = rule(&tree);
                violations
                    .into_iter()
                    .map(move |found| format!("{found} [{name}]"))
            })
            .collect();
        assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    }
}
