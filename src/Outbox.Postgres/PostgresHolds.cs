using System.Data.Common;
using Npgsql;
using Outbox.Storage;

namespace Outbox.Postgres;

/// <summary>Releases holds. A release and a claim of the same event cannot both win: both lock its delivery rows.</summary>
internal sealed class PostgresHolds(PostgresDatabase database)
{
    private const string Savepoint = "outbox_release";

    // The event's row makes two releases of one event take turns. Claims and settlements don't touch it.
    private readonly string _find =
        $"""
        select e.key, e.data, h.released_at is not null,
          exists (select from {database.Schema}.outbox_delivery d where d.event_key = e.key and d.lease_token > 0)
        from {database.Schema}.outbox_event e join {database.Schema}.outbox_hold h on h.event_key = e.key and h.artifact = $3
        where e.subject = $1 and ($2::text is null or e.tenant = $2)
        order by e.key for update of e
        """;

    private readonly string _lockDeliveries =
        $"select event_key, lease_token from {database.Schema}.outbox_delivery where event_key = any($1) order by key for update";

    private readonly string _patch =
        $"update {database.Schema}.outbox_event e set data = w.data from unnest($1::bigint[], $2::bytea[]) as w (key, data) where e.key = w.key";

    private readonly string _release =
        $"""
        update {database.Schema}.outbox_hold set released_at = coalesce(released_at, {database.Schema}.outbox_now())
        where event_key = any($1) and artifact = $2
        """;

    private readonly string _dueAgain =
        $"""
        with left_over as materialized (
          select e.key, (select max(h.deadline) from {database.Schema}.outbox_hold h where h.event_key = e.key and h.released_at is null) as deadline
          from unnest($1::bigint[]) as e (key)),
        moved as (
          update {database.Schema}.outbox_delivery d
          set due_at = coalesce(l.deadline, {database.Schema}.outbox_now()),
            gate = case when d.gate = 2 then 2 when d.status = 0 and l.deadline is null then 0 else 1 end
          from left_over l where d.event_key = l.key and d.status in (0, 4))
        select deadline is null, pg_current_xact_id()::text::bigint from left_over
        """;

    public async ValueTask<ArtifactOutcome> ReleaseAsync(HoldRelease release, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        if (transaction is not null)
        {
            return await ReleaseAsync(release, PostgresTransactions.Check(transaction, database).Transaction, cancellationToken);
        }

        return await database.TransactAsync(own => ReleaseAsync(release, own, cancellationToken), cancellationToken);
    }

    private async Task<ArtifactOutcome> ReleaseAsync(HoldRelease release, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        await transaction.SaveAsync(Savepoint, cancellationToken);
        try
        {
            var waiting = await connection.ReadAsync(
                _find,
                [Sql.Text(release.Subject), Sql.Text(release.Tenant), Sql.Text(release.Artifact)],
                row => new Waiting(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetBoolean(2), row.GetBoolean(3)),
                cancellationToken);
            var open = await LockUnfrozenAsync(connection, transaction, waiting, cancellationToken);
            var released = open.Count > 0 && await StoreAsync(release, connection, open, cancellationToken);
            await transaction.ReleaseAsync(Savepoint, cancellationToken);
            return released ? ArtifactOutcome.Released
                : open.Count > 0 ? ArtifactOutcome.StillHeld
                : waiting.Count > 0 ? ArtifactOutcome.TooLate
                : ArtifactOutcome.NothingHeld;
        }
        catch (WebhookValidationException)
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            throw;
        }
    }

    // A claim may have been first while this waited for a row. Rolling back to a savepoint lets go of rows that a settlement will want.
    private async Task<List<Waiting>> LockUnfrozenAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, List<Waiting> waiting, CancellationToken cancellationToken)
    {
        const string BeforeLock = "outbox_lock";
        var open = waiting.FindAll(e => !e.IsFrozen);
        while (open.Count > 0)
        {
            await transaction.SaveAsync(BeforeLock, cancellationToken);
            var rows = await connection.ReadAsync(
                _lockDeliveries, [Sql.Bigints(open.ConvertAll(e => e.Key).ToArray())], row => (Event: row.GetInt64(0), Token: row.GetInt64(1)), cancellationToken);
            var claimed = rows.Where(row => row.Token > 0).Select(row => row.Event).ToHashSet();
            if (claimed.Count == 0)
            {
                await transaction.ReleaseAsync(BeforeLock, cancellationToken);
                break;
            }

            await transaction.RollbackAsync(BeforeLock, cancellationToken);
            open.RemoveAll(e => claimed.Contains(e.Key));
        }

        return open;
    }

    /// <summary>Stores the patches; true where an event waits for nothing more.</summary>
    private async Task<bool> StoreAsync(HoldRelease release, NpgsqlConnection connection, List<Waiting> open, CancellationToken cancellationToken)
    {
        var keys = open.ConvertAll(e => e.Key).ToArray();
        var patched = open.ConvertAll(e => release.Patch(e.Data)).ToArray();
        var tellNow = database.Waking.TakeTurn();

        await using var batch = connection.CreateBatch();
        batch.Add(_patch, Sql.Bigints(keys), Sql.Blobs(patched));
        batch.Add(_release, Sql.Bigints(keys), Sql.Text(release.Artifact));
        batch.Add(_dueAgain, Sql.Bigints(keys));
        if (tellNow)
        {
            database.Waking.AddTo(batch);
        }

        var released = false;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            released |= reader.GetBoolean(0);
            if (!tellNow && reader.GetBoolean(0))
            {
                database.Waking.TellLater(reader.GetInt64(1));
            }
        }

        while (await reader.NextResultAsync(cancellationToken))
        {
        }

        return released;
    }

    private sealed record Waiting(long Key, byte[] Data, bool WasReleased, bool IsFrozen);
}
