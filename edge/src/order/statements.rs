//! Statements as the runtime takes them. The `worker` crate writes a statement's text anew into
//! JavaScript for each run, and takes a row apart by three calls for each column.

use crate::text::text;
use js_sys::{Array, JsString};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::{Error, Result, SqlStorage, SqlStorageValue as Value};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone, Debug)]
    type Sql;

    #[wasm_bindgen(method, catch, variadic)]
    fn exec(this: &Sql, sql: &JsString, bindings: &Array) -> std::result::Result<Rows, JsValue>;

    /// The rows that a statement answers.
    pub(super) type Rows;

    /// The one row; throws where there is none.
    #[wasm_bindgen(method, catch)]
    pub(super) fn one(this: &Rows) -> std::result::Result<Row, JsValue>;

    /// A row, asked for the columns that a notification needs; `null` or absent is nothing.
    pub(super) type Row;

    #[wasm_bindgen(method, getter)]
    pub(super) fn alarm_ms(this: &Row) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(super) fn doc(this: &Row) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn earlier(this: &Row) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn head(this: &Row) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn noted(this: &Row) -> Option<String>;
}

/// An order's database.
#[derive(Debug)]
pub(super) struct Statements(Sql);

impl Statements {
    pub(super) fn of(sql: &SqlStorage) -> Self {
        let sql: &JsValue = sql.as_ref();
        Self(sql.unchecked_ref::<Sql>().clone())
    }

    /// Runs a statement.
    pub(super) fn run(&self, sql: &'static str, bindings: Vec<Value>) -> Result<Rows> {
        self.run_bound(sql, &bindings.into_iter().map(JsValue::from).collect())
    }

    /// Runs a statement with bindings as the runtime has them.
    pub(super) fn run_bound(&self, sql: &'static str, bound: &Array) -> Result<Rows> {
        self.0.exec(&text(sql), bound).map_err(Error::from)
    }
}
