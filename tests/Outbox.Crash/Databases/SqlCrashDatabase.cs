using System.Data.Common;
using System.Globalization;
using Dapper;
using Outbox.Crash.Child;

namespace Outbox.Crash.Databases;

/// <summary>What SQLite and PostgreSQL share: the same tables, read by the same statements.</summary>
internal abstract class SqlCrashDatabase(DbDataSource source, string outboxSchema) : CrashDatabase
{
    /// <summary>What the outbox's tables are called here: <c>outbox.outbox_delivery</c>.</summary>
    private string Prefix { get; } = $"{outboxSchema}outbox_";

    /// <summary>The leased deliveries as <c>d</c>, with their lease's owner.</summary>
    protected abstract string Leased { get; }

    protected DbDataSource Source { get; } = source;

    public override async Task PrepareAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync("create table if not exists calls (id text primary key)");
    }

    public override async Task EndCallAsync(IWebhookOutbox outbox, string id, WebhookEvent ended, bool commit, KillPoints points)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("insert into calls (id) values (@id)", new { id }, transaction);
        await outbox.EnqueueAsync(ended, transaction);
        await points.ReachAsync(KillPoints.BeforeCommit);
        if (!commit)
        {
            await transaction.RollbackAsync();
            return;
        }

        await transaction.CommitAsync();
        await points.ReachAsync(KillPoints.AfterCommit);
    }

    public override Task<HashSet<string>> CommittedAsync() => ReadAsync("select id from calls");

    public override async Task<HashSet<string>> LeasedAsync(int? process = null) => await HasTablesAsync()
        ? await ReadAsync($"""
            select v.id || '|' || e.url || '|' || d.lease_token
            from {Leased} join {Prefix}endpoint e on e.key = d.endpoint_key join {Prefix}event v on v.key = d.event_key
            where lease_owner like '%-{process?.ToString(CultureInfo.InvariantCulture) ?? "%"}-%'
            """)
        : [];

    public override async Task<long> OpenAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {Prefix}delivery where status <> 2");
    }

    public override async Task<long> AttemptsAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {Prefix}attempt");
    }

    public override async Task<IReadOnlyList<string>> CheckRowsAsync() =>
    [
        .. await ReadAsync($"select 'The delivery ' || key || ' is not delivered but ' || status || '.' from {Prefix}delivery where status <> 2"),
        .. await ReadAsync($"select 'The call ' || id || ' has no event.' from calls c where not exists (select 1 from {Prefix}event v where v.subject = c.id)"),
        .. await ReadAsync($"select 'The event of ' || subject || ' has no call.' from {Prefix}event v where not exists (select 1 from calls c where c.id = v.subject)"),
        .. await ReadAsync($"""
            select 'The event ' || v.id || ' has ' || count(*) || ' deliveries.' from {Prefix}event v join {Prefix}delivery d on d.event_key = v.key
            group by v.id having count(*) <> (select count(*) from {Prefix}endpoint)
            """),
        .. await ReadAsync($"""
            select 'The delivery ' || d.key || ' counts ' || d.attempts || ' attempts.' from {Prefix}delivery d
            where d.attempts <> (select count(*) from {Prefix}attempt a where a.delivery_key = d.key)
            """),
    ];

    protected abstract Task<bool> HasTablesAsync();

    protected async Task<HashSet<string>> ReadAsync(string query)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(query)];
    }
}
