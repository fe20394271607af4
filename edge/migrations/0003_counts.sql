-- Orders by status, and what waits, is dead and is kept aside, counted while rows are written: so that to count is to read
-- a row for each status and not one for each order. Triggers keep it, whoever writes; POST /admin/rebuild has it counted
-- anew. Statements are one behind the other with an empty line between them; a trigger's ends at its only END, because
-- wrangler's reader takes the first one for it.

CREATE TABLE IF NOT EXISTS order_counts (
  partner TEXT NOT NULL,
  status TEXT NOT NULL,
  orders INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  quarantined INTEGER NOT NULL,
  PRIMARY KEY (partner, status)
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS orders_in AFTER INSERT ON orders
BEGIN
  INSERT INTO order_counts VALUES (NEW.partner, NEW.status, 1, NEW.waiting, NEW.dead, NEW.quarantined)
    ON CONFLICT (partner, status) DO UPDATE SET orders = orders + 1, waiting = waiting + excluded.waiting,
    dead = dead + excluded.dead, quarantined = quarantined + excluded.quarantined;
END;

CREATE TRIGGER IF NOT EXISTS orders_out AFTER DELETE ON orders
BEGIN
  UPDATE order_counts SET orders = orders - 1, waiting = waiting - OLD.waiting, dead = dead - OLD.dead,
    quarantined = quarantined - OLD.quarantined WHERE partner = OLD.partner AND status = OLD.status;
END;

CREATE TRIGGER IF NOT EXISTS orders_changed AFTER UPDATE OF status, waiting, dead, quarantined ON orders
WHEN OLD.status <> NEW.status OR OLD.waiting <> NEW.waiting OR OLD.dead <> NEW.dead OR OLD.quarantined <> NEW.quarantined
BEGIN
  UPDATE order_counts SET orders = orders - 1, waiting = waiting - OLD.waiting, dead = dead - OLD.dead,
    quarantined = quarantined - OLD.quarantined WHERE partner = OLD.partner AND status = OLD.status;
  INSERT INTO order_counts VALUES (NEW.partner, NEW.status, 1, NEW.waiting, NEW.dead, NEW.quarantined)
    ON CONFLICT (partner, status) DO UPDATE SET orders = orders + 1, waiting = waiting + excluded.waiting,
    dead = dead + excluded.dead, quarantined = quarantined + excluded.quarantined;
END;

-- What is there already, in one statement behind the triggers: it is exact whatever is written meanwhile, however often it runs.
INSERT OR REPLACE INTO order_counts
  SELECT partner, status, sum(orders), sum(waiting), sum(dead), sum(quarantined) FROM (
    SELECT partner, status, 1 AS orders, waiting, dead, quarantined FROM orders
    UNION ALL SELECT partner, status, 0, 0, 0, 0 FROM order_counts)
  GROUP BY partner, status;
