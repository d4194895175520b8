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
        return call is null ? null : call with
        {
            Artifacts = [.. await connection.QueryAsync<Artifact>("SELECT name, patch FROM call_artifacts WHERE callId = @id ORDER BY name", new { id })],
        };
    }

    public async Task<StartedCall?> StartAsync(Call call, WebhookEndpoint? endpoint, WebhookEvent started)
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
        var enqueued = await outbox.EnqueueAsync(started, transaction);
        await transaction.CommitAsync();
        return new StartedCall(enqueued, registration);
    }

    public async Task<EnqueueResult?> EndAsync(Call call, WebhookEvent ended, bool rollBack)
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

        var enqueued = await outbox.EnqueueAsync(ended, transaction);
        await (rollBack ? transaction.RollbackAsync() : transaction.CommitAsync());
        return enqueued;
    }

    public async Task<ArtifactOutcome> AddArtifactAsync(WebhookArtifact artifact, string patch)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var outcome = await outbox.ArtifactReadyAsync(artifact, transaction);
        if (outcome is not ArtifactOutcome.NothingHeld)
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO call_artifacts (callId, name, patch) VALUES (@Subject, @Name, @patch)
                ON CONFLICT (callId, name) DO UPDATE SET patch = excluded.patch
                """,
                new { artifact.Subject, artifact.Name, patch },
                transaction);
            await transaction.CommitAsync();
        }

        return outcome;
    }
}
