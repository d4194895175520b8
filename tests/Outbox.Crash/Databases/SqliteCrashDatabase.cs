using Dapper;
using Microsoft.Data.Sqlite;

namespace Outbox.Crash.Databases;

internal sealed class SqliteCrashDatabase(string connectionString)
    : SqlCrashDatabase(SqliteFactory.Instance.CreateDataSource(connectionString), outboxSchema: "")
{
    protected override string Leased => "(select * from outbox_delivery where status = 1) d";

    public override void Use(IWebhookOutboxBuilder outbox) => outbox.UseSqlite(connectionString);

    public override async Task<IReadOnlyList<string>> CheckFilesAsync() =>
        [.. (await ReadAsync("pragma integrity_check")).Where(finding => finding is not "ok")];

    protected override async Task<bool> HasTablesAsync()
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>("select count(*) from sqlite_schema where name = 'outbox_attempt'") > 0;
    }
}
