using Dapper;
using Npgsql;

namespace Outbox.Crash.Databases;

internal sealed class PostgresCrashDatabase(string connectionString)
    : SqlCrashDatabase(NpgsqlDataSource.Create(connectionString), outboxSchema: "outbox.")
{
    private TimeSpan _offset;

    protected override string Leased =>
        "(select d.*, l.owner as lease_owner from outbox.outbox_delivery d join outbox.outbox_lease l on l.delivery_key = d.key and l.until = d.lease_until where d.leased) d";

    public override void Use(IWebhookOutboxBuilder outbox) => outbox.UsePostgres(connectionString);

    // The clock of leases is a function of the schema, so time passes by replacing it.
    public override async Task OutliveLeasesAsync()
    {
        if (!await HasTablesAsync())
        {
            return;
        }

        _offset += new WebhookOutboxOptions().LeaseDuration;
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"create or replace function outbox.outbox_now() returns timestamptz language sql stable as 'select statement_timestamp() + interval ''{(int)_offset.TotalSeconds} s'''");
    }

    /// <summary>Every row that a settlement could change.</summary>
    public async Task<HashSet<string>> SettledAsync() => await ReadAsync(
        "select d::text from outbox.outbox_delivery d union all select a::text from outbox.outbox_attempt a union all select e::text from outbox.outbox_endpoint e");

    public override async Task<IReadOnlyList<string>> CheckFilesAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync("create extension if not exists amcheck");
        try
        {
            await connection.ExecuteAsync(
                """
                select bt_index_check(i.indexrelid, heapallindexed => true)
                from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
                where a.amname = 'btree' and c.relnamespace in ('outbox'::regnamespace, 'public'::regnamespace)
                """);
        }
        catch (PostgresException e)
        {
            return [e.MessageText];
        }

        return [.. await ReadAsync(
            """
            select c.relname || ': ' || f.msg from pg_class c cross join lateral verify_heapam(c.oid) f
            where c.relkind = 'r' and c.relnamespace in ('outbox'::regnamespace, 'public'::regnamespace)
            """)];
    }

    protected override async Task<bool> HasTablesAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>("select to_regclass('outbox.outbox_attempt') is not null");
    }
}
