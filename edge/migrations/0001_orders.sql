-- The index across orders: for finding, counting and watching them. Nothing here is the truth: each
-- order object writes its own row, and POST /admin/rebuild has all of them written again. So a new
-- form of the table gets a new name and a rebuild, never an ALTER: the Worker makes absent tables
-- itself, from this same file. An empty line stands between two statements.

CREATE TABLE IF NOT EXISTS orders (
  partner TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  status TEXT NOT NULL,
  amount INTEGER,
  currency TEXT,
  trade_no TEXT,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  asked INTEGER NOT NULL,
  due_ms INTEGER,
  revision INTEGER NOT NULL,
  PRIMARY KEY (partner, out_trade_no)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS orders_by_time ON orders (partner, created_ms, out_trade_no);

CREATE INDEX IF NOT EXISTS orders_by_status ON orders (partner, status, created_ms, out_trade_no);

CREATE INDEX IF NOT EXISTS orders_by_trade_no ON orders (partner, trade_no);

CREATE INDEX IF NOT EXISTS orders_dead ON orders (partner, created_ms, out_trade_no) WHERE dead > 0;

CREATE INDEX IF NOT EXISTS orders_quarantined ON orders (partner, created_ms, out_trade_no) WHERE quarantined > 0;

CREATE INDEX IF NOT EXISTS orders_due ON orders (partner, due_ms) WHERE due_ms IS NOT NULL;

-- When each key was last used, by its fingerprint: a key that nothing uses any more can be dropped.
CREATE TABLE IF NOT EXISTS key_use (
  name TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  last_ms INTEGER NOT NULL,
  PRIMARY KEY (name, fingerprint)
) WITHOUT ROWID;
