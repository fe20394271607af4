//! The little of XML that the gateway's answers use, and nothing else of it.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// The answer nests four deep: `alipay`, `response`, `trade`, and a field.
const MAX_DEPTH: usize = 4;
/// The most elements that are read: a trade has under 30 fields, a request repeats under 20.
const MAX_ELEMENTS: usize = 256;

/// An element: either text or children.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    fn new(start: &BytesStart<'_>) -> Self {
        let name = start.name().0.to_owned();
        Self {
            name,
            text: String::new(),
            children: Vec::new(),
        }
    }

    /// The only child of that name; `None` if there is none or more than one.
    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        let mut named = self.children.iter().filter(|child| child.name == name);
        named.next().filter(|_| named.next().is_none())
    }
}

/// A document: its root, and the encoding it names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) root: Element,
    pub(crate) encoding: Option<String>,
}

/// Reads a document. A document type, a processing instruction, a comment, an entity that XML does
/// not define, text beside elements, or anything ill-formed is `None`: the gateway writes none of it,
/// and each is a way to make two readers see two documents.
pub(crate) fn parse(text: &str) -> Option<Document> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut encoding = None;
    let mut elements = 0_usize;
    let mut first = true;
    loop {
        match reader.read_event().ok()? {
            Event::Decl(decl) if first => {
                encoding = decl
                    .encoding()
                    .transpose()
                    .ok()?
                    .map(std::borrow::Cow::into_owned);
            }
            Event::Start(start) => {
                elements = elements
                    .checked_add(1)
                    .filter(|count| *count <= MAX_ELEMENTS)?;
                if root.is_some() || open.len() >= MAX_DEPTH {
                    return None;
                }
                open.push(Element::new(&start));
            }
            Event::Empty(start) => {
                elements = elements
                    .checked_add(1)
                    .filter(|count| *count <= MAX_ELEMENTS)?;
                if open.len() >= MAX_DEPTH {
                    return None;
                }
                open.last_mut()?.children.push(Element::new(&start));
            }
            Event::End(_) => {
                let mut element = open.pop()?;
                if !element.children.is_empty() {
                    if !element.text.bytes().all(|byte| byte.is_ascii_whitespace()) {
                        return None;
                    }
                    element.text.clear();
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None => root = Some(element),
                }
            }
            Event::Text(text) => append(&mut open, &text.into_inner())?,
            Event::CData(text) => open.last_mut()?.text.push_str(&text.into_inner()),
            Event::GeneralRef(reference) => open.last_mut()?.text.push(resolve(&reference)?),
            Event::Eof => break,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => return None,
        }
        first = false;
    }
    if !open.is_empty() {
        return None;
    }
    Some(Document {
        root: root?,
        encoding,
    })
}

/// Outside of the root only white space may stand.
fn append(open: &mut [Element], text: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.bytes().all(|byte| byte.is_ascii_whitespace()) => {}
        None => return None,
    }
    Some(())
}

/// The five entities of XML and numeric references; no others can be declared.
fn resolve(reference: &BytesRef<'_>) -> Option<char> {
    if let Some(character) = reference.resolve_char_ref().ok()? {
        return Some(character);
    }
    match &*reference.borrow().into_inner() {
        "amp" => Some('&'),
        "apos" => Some('\''),
        "gt" => Some('>'),
        "lt" => Some('<'),
        "quot" => Some('"'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_ELEMENTS, parse};

    #[test]
    fn text_entities_and_cdata_are_read_as_one_value() {
        let document = parse(
            "<?xml version=\"1.0\" encoding=\"GBK\"?>\n<a>\n <b x=\"1\">1 &lt;&#x4e2d;&amp;<![CDATA[&lt;]]> </b><c/></a>\n",
        )
        .unwrap();
        assert_eq!(document.encoding.as_deref(), Some("GBK"));
        assert_eq!(document.root.child("b").unwrap().text, "1 <中&&lt; ");
        assert_eq!(document.root.child("c").unwrap().text, "");
        assert_eq!(document.root.text, "");
    }

    #[test]
    fn child_that_comes_twice_is_no_child() {
        let document = parse("<a><b>1</b><b>2</b></a>").unwrap();
        assert_eq!(document.root.child("b"), None);
    }

    #[test]
    fn everything_the_gateway_never_writes_rejected() {
        let deep = "<a>".repeat(5) + &"</a>".repeat(5);
        let many = format!("<a>{}</a>", "<b/>".repeat(MAX_ELEMENTS));
        let texts = [
            "",
            "text",
            "<a>",
            "</a>",
            "<a></b>",
            "<a/>",
            "<a></a><b></b>",
            "<a></a>x",
            "x<a></a>",
            "<a>&nbsp;</a>",
            "<a>&e;</a>",
            "<a>& </a>",
            "<a>1<b>2</b></a>",
            "<a><!-- --></a>",
            "<a><?php ?></a>",
            "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
            "<a></a><?xml version=\"1.0\"?>",
            &deep,
            &many,
        ];
        for text in texts {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
