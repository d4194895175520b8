CREATE TABLE IF NOT EXISTS outbox_schema (
    version INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS outbox_endpoint (
    key                   INTEGER PRIMARY KEY,
    id                    TEXT NOT NULL UNIQUE,
    tenant                TEXT,
    scope                 TEXT NOT NULL,
    url                   TEXT NOT NULL,
    profile               TEXT NOT NULL,
    event_types           TEXT,     -- ',call.ended,call.failed,'; null: all
    ship_transcript       INTEGER NOT NULL,
    max_in_flight         INTEGER,
    max_per_second        INTEGER,
    secrets               BLOB NOT NULL,
    secret_hint           TEXT,
    previous_secret_until INTEGER,  -- all times: Unix milliseconds
    created_at            INTEGER NOT NULL,
    expires_at            INTEGER,
    disabled_at           INTEGER,
    disabled_reason       TEXT,
    drain_at              INTEGER,  -- when the next portion of parked deliveries may go; null: none is to
    deleted_at            INTEGER,
    failures              INTEGER NOT NULL DEFAULT 0, -- tries in a row
    failing_since         INTEGER,
    blocked_until         INTEGER,  -- nothing is claimed before; from then on one, until a delivery is accepted
    probe_key             INTEGER,  -- that one, while it is on the wire
    paced_until           INTEGER,  -- with max_per_second: when the next portion may be claimed
    CHECK ((failures = 0) = (failing_since IS NULL)),
    CHECK (blocked_until IS NULL OR failures > 0),
    CHECK (probe_key IS NULL OR blocked_until IS NOT NULL),
    CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL)),
    CHECK (drain_at IS NULL OR (disabled_at IS NULL AND deleted_at IS NULL))
);

CREATE INDEX IF NOT EXISTS outbox_endpoint_scope    ON outbox_endpoint (scope) WHERE deleted_at IS NULL;
CREATE INDEX IF NOT EXISTS outbox_endpoint_disabled ON outbox_endpoint (disabled_at) WHERE disabled_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_endpoint_draining ON outbox_endpoint (drain_at) WHERE drain_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_endpoint_deleted  ON outbox_endpoint (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_endpoint_failing  ON outbox_endpoint (blocked_until) WHERE failures > 0;
CREATE INDEX IF NOT EXISTS outbox_endpoint_expires  ON outbox_endpoint (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS outbox_event (
    key             INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    type            TEXT NOT NULL,
    tenant          TEXT,
    subject         TEXT,
    scopes          TEXT NOT NULL,  -- a JSON array
    ordering_key    TEXT,
    idempotency_key TEXT,
    occurred_at     INTEGER NOT NULL,
    enqueued_at     INTEGER NOT NULL,
    erased_at       INTEGER,
    headers         TEXT,
    trace_parent    TEXT,           -- W3C Trace Context
    data            BLOB NOT NULL   -- canonical JSON, sent byte for byte; last, so that a list does not read over it
);

CREATE UNIQUE INDEX IF NOT EXISTS outbox_event_idempotency ON outbox_event (coalesce(tenant, ''), idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_event_subject ON outbox_event (subject) WHERE subject IS NOT NULL;

CREATE TABLE IF NOT EXISTS outbox_hold (
    event_key   INTEGER NOT NULL,
    artifact    TEXT NOT NULL,
    deadline    INTEGER NOT NULL,
    released_at INTEGER,
    PRIMARY KEY (event_key, artifact)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS outbox_hold_waiting ON outbox_hold (deadline) WHERE released_at IS NULL;

CREATE TABLE IF NOT EXISTS outbox_delivery (
    key              INTEGER PRIMARY KEY,
    id               TEXT NOT NULL UNIQUE,
    event_key        INTEGER NOT NULL,
    endpoint_key     INTEGER NOT NULL,
    type             TEXT NOT NULL,              -- the event's type and tenant again: a list that filters by them then reads this
    tenant           TEXT,                       -- table only, a million rows in 70 ms, and an enqueue needs no index for it
    status           INTEGER NOT NULL,           -- 0 Waiting, 1 Delivering, 2 Delivered, 3 Exhausted, 4 Parked, 5 Cancelled
    gate             INTEGER NOT NULL,           -- while open: 0 ready in its endpoint's lane, 1 scheduled for due_at, 2 queued behind its ordering key
    due_at           INTEGER NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0, -- all that counted
    failed_tries     INTEGER NOT NULL DEFAULT 0, -- since the enqueue or the last replay
    lease_token      INTEGER NOT NULL DEFAULT 0, -- 0: never claimed; one more at every claim
    lease_until      INTEGER,
    lease_owner      TEXT,
    enqueued_at      INTEGER NOT NULL,
    closed_at        INTEGER,
    ship_transcript  INTEGER NOT NULL,
    last_status_code INTEGER,
    last_error       TEXT,
    profile          TEXT NOT NULL,
    ordering_key     TEXT,
    CHECK (status BETWEEN 0 AND 5 AND gate BETWEEN 0 AND 2),
    CHECK ((status = 1) = (lease_owner IS NOT NULL) AND (status = 1) = (lease_until IS NOT NULL)),
    CHECK ((closed_at IS NOT NULL) = (status = 2 OR status = 3 OR status = 5)) -- IN would build its list at each write: a microsecond
);

-- An index costs each enqueue about a page of write-ahead log, so these two are the only ones that every delivery is always in:
-- an event's deliveries, and an endpoint's.
CREATE INDEX IF NOT EXISTS outbox_delivery_event    ON outbox_delivery (event_key);
CREATE INDEX IF NOT EXISTS outbox_delivery_endpoint ON outbox_delivery (endpoint_key);

-- The others are partial: a delivery is in one or two of them at a time, and they stay as small as the work they are for.
-- The lanes: with gate = 0, each endpoint's due deliveries, oldest first; a claim seeks from lane to lane. It names the status too, so that a
-- claim chooses from the index alone.
CREATE INDEX IF NOT EXISTS outbox_delivery_waiting   ON outbox_delivery (status, gate, endpoint_key, due_at) WHERE status = 0;
CREATE INDEX IF NOT EXISTS outbox_delivery_scheduled ON outbox_delivery (due_at) WHERE status = 0 AND gate = 1;
CREATE INDEX IF NOT EXISTS outbox_delivery_ordered   ON outbox_delivery (endpoint_key, ordering_key, gate) WHERE ordering_key IS NOT NULL AND status IN (0, 1, 4);
CREATE INDEX IF NOT EXISTS outbox_delivery_leased    ON outbox_delivery (lease_until) WHERE status = 1;
CREATE INDEX IF NOT EXISTS outbox_delivery_parked    ON outbox_delivery (endpoint_key) WHERE status = 4;
CREATE INDEX IF NOT EXISTS outbox_delivery_exhausted ON outbox_delivery (endpoint_key) WHERE status = 3;
CREATE INDEX IF NOT EXISTS outbox_delivery_error     ON outbox_delivery (last_error) WHERE last_error IS NOT NULL;
CREATE INDEX IF NOT EXISTS outbox_delivery_failure   ON outbox_delivery (last_status_code) WHERE last_status_code >= 300;
CREATE INDEX IF NOT EXISTS outbox_delivery_closed    ON outbox_delivery (status, closed_at) WHERE closed_at IS NOT NULL;

-- What was done, for charts. Each sending process adds what it counted every few seconds.
CREATE TABLE IF NOT EXISTS outbox_activity (
    endpoint  TEXT NOT NULL,     -- its id; '': all of them
    grain     INTEGER NOT NULL,  -- 0 a minute, 1 an hour
    start     INTEGER NOT NULL,
    attempts  INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    exhausted INTEGER NOT NULL,
    latency   TEXT NOT NULL,     -- how many took how long: twelve counts
    PRIMARY KEY (endpoint, grain, start)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox_recent (
    endpoint TEXT NOT NULL PRIMARY KEY,
    strip    TEXT NOT NULL       -- its last attempts
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS outbox_attempt (
    delivery_key INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    started_at   INTEGER NOT NULL,
    duration_ms  INTEGER NOT NULL,
    status_code  INTEGER,
    error        TEXT,
    detail       TEXT,
    excerpt      TEXT,
    next_at      INTEGER,
    PRIMARY KEY (delivery_key, number)
) WITHOUT ROWID;
