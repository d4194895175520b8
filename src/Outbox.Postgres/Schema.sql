-- The tables of Outbox, version 1. {schema} is the schema's name, quoted.
-- status: 0 Waiting, 2 Delivered, 3 Exhausted, 4 Parked, 5 Cancelled; one that waits and is leased is Delivering.  gate: 0 Ready, 1 Scheduled, 2 Queued.
-- There are no foreign keys: their checks would lock the endpoint's row in every enqueue. One statement writes what belongs together.

create table {schema}.outbox_schema (version int not null);

-- The one clock of leases and due times. Hosts may disagree about the time; they all ask here.
create function {schema}.outbox_now() returns timestamptz language sql stable as 'select statement_timestamp()';

create table {schema}.outbox_endpoint (
  key                   bigint generated always as identity primary key,
  id                    text collate "C" not null unique,
  tenant                text,
  scope                 text collate "C" not null,
  url                   text not null,
  profile               text not null,
  event_types           text[],                    -- null: all
  ship_transcript       boolean not null,
  max_in_flight         int,
  max_per_second        int,
  secrets               bytea not null,
  secret_hint           text,
  previous_secret_until timestamptz,
  created_at            timestamptz not null,
  expires_at            timestamptz,
  disabled_at           timestamptz,
  disabled_reason       text,
  drain_at              timestamptz,               -- when the next portion of parked deliveries may go; null: not draining
  deleted_at            timestamptz,
  failures              int not null default 0,    -- tries in a row
  failing_since         timestamptz,
  blocked_until         timestamptz,               -- nothing is claimed before; from then on one, until a delivery is accepted
  probe_key             bigint,                    -- that one, while it is on the wire
  paced_until           timestamptz,               -- with max_per_second: when the next portion may be claimed
  check ((failures = 0) = (failing_since is null)),
  check (blocked_until is null or failures > 0),
  check (probe_key is null or blocked_until is not null),
  check ((disabled_at is null) = (disabled_reason is null))
);
create index outbox_endpoint_scope on {schema}.outbox_endpoint (scope) where deleted_at is null;
create index outbox_endpoint_drain on {schema}.outbox_endpoint (drain_at) where drain_at is not null;
create index outbox_endpoint_failing on {schema}.outbox_endpoint (blocked_until) where failures > 0;
create index outbox_endpoint_off on {schema}.outbox_endpoint (key) where disabled_at is not null or deleted_at is not null;

create table {schema}.outbox_event (
  key             bigint generated always as identity primary key,
  id              text collate "C" not null unique,
  type            text collate "C" not null,
  tenant          text collate "C",
  subject         text collate "C",
  scopes          text[] not null,
  ordering_key    text,
  idempotency_key text collate "C",
  occurred_at     timestamptz not null,
  enqueued_at     timestamptz not null,
  data            bytea not null,
  headers         text,
  trace_parent    text,                            -- W3C Trace Context
  erased_at       timestamptz
) with (
  -- Data of up to 8 KB stays in its row, uncompressed: one read per claim instead of two, and no compression at enqueue.
  toast_tuple_target = 8160,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_vacuum_insert_scale_factor = 0.1,
  autovacuum_analyze_scale_factor = 0.05
);
create unique index outbox_event_idempotency on {schema}.outbox_event ((coalesce(tenant, '')), idempotency_key) where idempotency_key is not null;
create index outbox_event_subject on {schema}.outbox_event (subject) where subject is not null;
-- Lists by type or tenant read newest first from these; prune reads the oldest from the last.
create index outbox_event_type on {schema}.outbox_event (type, enqueued_at);
create index outbox_event_tenant on {schema}.outbox_event (tenant, enqueued_at) where tenant is not null;
create index outbox_event_enqueued on {schema}.outbox_event (enqueued_at);

create table {schema}.outbox_hold (
  event_key   bigint not null,
  artifact    text not null,
  deadline    timestamptz not null,
  released_at timestamptz,
  primary key (event_key, artifact)
);
create index outbox_hold_deadline on {schema}.outbox_hold (deadline) where released_at is null;

-- The delivery's id is not stored: it is made of the event's id and the endpoint's key, as the unique index is.
create table {schema}.outbox_delivery (
  key              bigint generated always as identity primary key,
  event_key        bigint not null,
  endpoint_key     bigint not null,
  status           smallint not null,
  gate             smallint not null,
  ship_transcript  boolean not null,
  attempts         int not null default 0,
  failed_tries     int not null default 0,
  last_status_code int,
  due_at           timestamptz not null,
  enqueued_at      timestamptz not null,
  closed_at        timestamptz,
  leased           boolean not null default false,
  lease_until      timestamptz,                    -- of the last lease
  lease_token      bigint not null default 0,
  profile          text not null,
  ordering_key     text collate "C",
  last_error       text,
  unique (event_key, endpoint_key),
  check (status in (0, 2, 3, 4, 5) and gate between 0 and 2),
  check (not leased or (status = 0 and gate = 0 and lease_token > 0 and lease_until is not null)),
  check ((status in (2, 3, 5)) = (closed_at is not null)),
  check (gate <> 2 or (status in (0, 4) and ordering_key is not null)),
  check (gate <> 0 or status <> 4)
) with (
  -- Each row is leased once, and a claim takes neighbours: half of each page is kept for their leased versions, which are HOT because no
  -- index has to do with leases. Vacuum is asked to come after 2 % instead of 20 %.
  fillfactor = 50,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.02
);
-- The queue. These indexes hold open work only, and are as small as it is. What is leased stays in its lane: a claim steps over it.
create index outbox_delivery_lane on {schema}.outbox_delivery (endpoint_key, due_at, key) where status = 0 and gate = 0;
create index outbox_delivery_scheduled on {schema}.outbox_delivery (due_at) where status = 0 and gate = 1;
create index outbox_delivery_waiting on {schema}.outbox_delivery (endpoint_key, key) where status = 0 and gate > 0;
-- Of the open deliveries of an ordering key one is the head; the others queue behind it.
create unique index outbox_delivery_head on {schema}.outbox_delivery (endpoint_key, ordering_key) where ordering_key is not null and gate <> 2 and status in (0, 4);
create index outbox_delivery_queued on {schema}.outbox_delivery (endpoint_key, ordering_key, key) where gate = 2;
create index outbox_delivery_parked on {schema}.outbox_delivery (endpoint_key, key) where status = 4;
create index outbox_delivery_closed on {schema}.outbox_delivery (status, closed_at) where status in (2, 3, 5);
-- The lists, newest first: all, of one endpoint, of a rare status. Every version of a row adds to the first two, so there are no more.
create index outbox_delivery_enqueued on {schema}.outbox_delivery (enqueued_at, key);
create index outbox_delivery_endpoint on {schema}.outbox_delivery (endpoint_key, enqueued_at, key);
create index outbox_delivery_status on {schema}.outbox_delivery (status, enqueued_at, key) where status <> 2;
create index outbox_delivery_exhausted on {schema}.outbox_delivery (endpoint_key, enqueued_at, key) where status = 3;
-- Failures by what they brought; deliveries that went well are in neither.
create index outbox_delivery_error on {schema}.outbox_delivery (last_error, enqueued_at, key) where last_error is not null;
create index outbox_delivery_failure on {schema}.outbox_delivery (last_status_code, enqueued_at, key) where last_status_code >= 300;

-- The leases, apart so that a claim adds to this one index and not to the delivery's own six. A lease is in force while its delivery is leased until
-- the same time; whoever changes either has locked the delivery before.
create table {schema}.outbox_lease (
  until        timestamptz not null,
  delivery_key bigint not null,
  owner        text not null,
  primary key (until, delivery_key)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_cost_delay = 0);

-- What was done, for charts. Each sending process adds what it counted every few seconds.
create table {schema}.outbox_activity (
  endpoint  text collate "C" not null,   -- its id; '': all of them
  grain     int not null,                -- 0 a minute, 1 an hour
  start     timestamptz not null,
  attempts  bigint not null,
  delivered bigint not null,
  exhausted bigint not null,
  latency   bigint[] not null,           -- how many took how long
  primary key (endpoint, grain, start)
) with (fillfactor = 70);

create table {schema}.outbox_recent (
  endpoint text collate "C" primary key,
  strip    text not null                 -- its last attempts
) with (fillfactor = 50);

create table {schema}.outbox_attempt (
  delivery_key bigint not null,
  number       int not null,
  started_at   timestamptz not null,
  duration_ms  int not null,
  status_code  int,
  error        text,
  detail       text,
  excerpt      text,
  next_at      timestamptz,
  primary key (delivery_key, number)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.1);

insert into {schema}.outbox_schema values (1);
