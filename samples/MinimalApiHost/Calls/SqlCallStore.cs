using System.Data.Common;
using Dapper;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The calls in SQLite or PostgreSQL, by statements that both understand.</summary>
internal sealed class SqlCallStore(DbDataSource database, IWebhookOutbox outbox) : ICallStore
{
    public async Task CreateTablesAsync()
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS calls (
                id              TEXT PRIMARY KEY,
                tenant          TEXT,
                "from"          TEXT NOT NULL,
                "to"            TEXT NOT NULL,
                direction       TEXT NOT NULL,
                campaignId      TEXT,
                record          BOOLEAN NOT NULL,
                metadata        TEXT,
                startedAt       TEXT NOT NULL,
                status          TEXT NOT NULL,
                endedReason     TEXT,
                endedAt         TEXT,
                durationSeconds DOUBLE PRECISION
            );
            CREATE TABLE IF NOT EXISTS call_artifacts (
                callId TEXT NOT NULL,
                name   TEXT NOT NULL,
                patch  TEXT NOT NULL,
                PRIMARY KEY (callId, name)
            )
            """);
    }

    public async Task<Call?> FindAsync(string id)
    {
        await using var connection = await database.OpenConnectionAsync();
        var call = await connection.QuerySingleOrDefaultAsync<Call>("SELECT * FROM calls WHERE id = @id", new { id });
        return call is null ? null : await WithArtifactsAsync(call, connection);
    }

    public async Task<StartedCall?> StartAsync(Call call, WebhookEndpoint? endpoint, IReadOnlyList<WebhookEvent> started)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var inserted = await connection.ExecuteAsync(
            """
            INSERT INTO calls (id, tenant, "from", "to", direction, campaignId, record, metadata, startedAt, status)
            VALUES (@Id, @Tenant, @From, @To, @Direction, @CampaignId, @Record, @Metadata, @StartedAt, @Status)
            ON CONFLICT (id) DO NOTHING
            """,
            call,
            transaction);
        if (inserted == 0)
        {
            return null;
        }

        var registration = endpoint is null ? null : await outbox.Endpoints.PutAsync(endpoint, transaction);
        var enqueued = await EnqueueAsync(started, transaction);
        await transaction.CommitAsync();
        return new StartedCall(enqueued, registration);
    }

    public async Task<IReadOnlyList<EnqueueResult>?> EndAsync(Call call, Func<Call, IReadOnlyList<WebhookEvent>> ended, bool rollBack)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var updated = await connection.ExecuteAsync(
            """
            UPDATE calls
            SET status = @Status, endedReason = @EndedReason, endedAt = @EndedAt, durationSeconds = @DurationSeconds
            WHERE id = @Id AND endedAt IS NULL
            """,
            call,
            transaction);
        if (updated == 0)
        {
            return null;
        }

        var enqueued = await EnqueueAsync(ended(await WithArtifactsAsync(call, connection, transaction)), transaction);
        await (rollBack ? transaction.RollbackAsync() : transaction.CommitAsync());
        return enqueued;
    }

    public async Task<ArtifactArrival> AddArtifactAsync(WebhookArtifact artifact, string patch)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // An update, so that the call cannot end meanwhile without knowing of the artifact.
        var goesOn = await connection.ExecuteAsync("UPDATE calls SET status = status WHERE id = @Subject AND endedAt IS NULL", artifact, transaction) > 0;
        var inserted = await connection.ExecuteAsync(
            "INSERT INTO call_artifacts (callId, name, patch) VALUES (@Subject, @Name, @patch) ON CONFLICT (callId, name) DO NOTHING",
            new { artifact.Subject, artifact.Name, patch },
            transaction);
        if (inserted == 0)
        {
            return ArtifactArrival.Again;
        }

        var arrival = new ArtifactArrival(await outbox.ArtifactReadyAsync(artifact, transaction), goesOn);
        if (arrival.IsKept)
        {
            await transaction.CommitAsync();
        }

        return arrival;
    }

    private async Task<IReadOnlyList<EnqueueResult>> EnqueueAsync(IReadOnlyList<WebhookEvent> events, DbTransaction transaction)
    {
        var enqueued = new List<EnqueueResult>(events.Count);
        foreach (var webhookEvent in events)
        {
            enqueued.Add(await outbox.EnqueueAsync(webhookEvent, transaction));
        }

        return enqueued;
    }

    private static async Task<Call> WithArtifactsAsync(Call call, DbConnection connection, DbTransaction? transaction = null) => call with
    {
        Artifacts = [.. await connection.QueryAsync<Artifact>("SELECT name, patch FROM call_artifacts WHERE callId = @Id ORDER BY name", new { call.Id }, transaction)],
    };
}
