-- Attempts to deliver, across orders: for counting and for seeing how long endpoints take. Each is a
-- line of its order's audit trail, and is written under that line's number; POST /admin/rebuild has the
-- newest hundred of each order written again. What is older than the longest chart is taken away.

CREATE TABLE IF NOT EXISTS attempts (
  partner TEXT NOT NULL,
  out_trade_no TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  endpoint TEXT NOT NULL,
  outcome TEXT NOT NULL,
  how TEXT NOT NULL,
  took_ms INTEGER,
  PRIMARY KEY (partner, out_trade_no, seq)
) WITHOUT ROWID;

-- Everything that is counted, so that a chart reads no row of the table itself.
CREATE INDEX IF NOT EXISTS attempts_by_time ON attempts (partner, at_ms, endpoint, outcome, how, took_ms);
