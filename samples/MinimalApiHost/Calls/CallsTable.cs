using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MinimalApiHost.Calls;

/// <summary>The platform's own table, in the same database as the outbox's.</summary>
internal sealed class CallsTable(IServiceScopeFactory scopes) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SqliteConnection>().ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS calls (
                id              TEXT PRIMARY KEY,
                tenant          TEXT,
                "from"          TEXT NOT NULL,
                "to"            TEXT NOT NULL,
                direction       TEXT NOT NULL,
                campaignId      TEXT,
                record          INTEGER NOT NULL,
                metadata        TEXT,
                startedAt       TEXT NOT NULL,
                status          TEXT NOT NULL,
                endedReason     TEXT,
                endedAt         TEXT,
                durationSeconds REAL,
                artifacts       TEXT NOT NULL
            )
            """);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The statements on it.</summary>
internal static class CallStatements
{
    /// <returns>False where there is a call of that id already.</returns>
    public static async Task<bool> InsertCallAsync(this DbConnection db, Call call, DbTransaction transaction) =>
        await db.ExecuteAsync(
            """
            INSERT INTO calls (id, tenant, "from", "to", direction, campaignId, record, metadata, startedAt, status, artifacts)
            VALUES (@Id, @Tenant, @From, @To, @Direction, @CampaignId, @Record, @Metadata, @StartedAt, @Status, @Artifacts)
            ON CONFLICT (id) DO NOTHING
            """,
            call,
            transaction) == 1;

    public static Task<Call?> FindCallAsync(this DbConnection db, string id, DbTransaction? transaction = null) =>
        db.QuerySingleOrDefaultAsync<Call>("SELECT * FROM calls WHERE id = @id", new { id }, transaction);

    public static Task EndCallAsync(this DbConnection db, Call call, DbTransaction transaction) =>
        db.ExecuteAsync(
            """
            UPDATE calls
            SET status = @Status, endedReason = @EndedReason, endedAt = @EndedAt, durationSeconds = @DurationSeconds
            WHERE id = @Id
            """,
            call,
            transaction);

    public static Task AddArtifactAsync(this DbConnection db, string id, string name, string patch, DbTransaction transaction) =>
        db.ExecuteAsync(
            """UPDATE calls SET artifacts = json_set(artifacts, '$."' || @name || '"', json(@patch)) WHERE id = @id""",
            new { id, name, patch },
            transaction);
}
