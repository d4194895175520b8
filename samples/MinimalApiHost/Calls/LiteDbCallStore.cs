using LiteDB;
using Outbox;

namespace MinimalApiHost.Calls;

/// <summary>The calls in LiteDB. What is written together is written inside <c>Transact</c>, which waits for nothing.</summary>
internal sealed class LiteDbCallStore(ILiteDatabase database, IWebhookOutbox outbox) : ICallStore
{
    /// <summary>How a call is kept: its artifacts have documents of their own, so that they can come at any time.</summary>
    public static BsonMapper Mapper { get; } = MakeMapper();

    private ILiteCollection<Call> Calls => database.GetCollection<Call>("calls");

    private ILiteCollection<BsonDocument> Artifacts => database.GetCollection("call_artifacts");

    public Task CreateTablesAsync()
    {
        Artifacts.EnsureIndex("callId");
        return Task.CompletedTask;
    }

    public Task<Call?> FindAsync(string id) => Task.FromResult<Call?>(Calls.FindById(id) is { } call ? call with { Artifacts = ArtifactsOf(id) } : null);

    public Task<StartedCall?> StartAsync(Call call, WebhookEndpoint? endpoint, WebhookEvent started) => Task.FromResult(
        outbox.Transact(database, t =>
        {
            if (Calls.FindById(call.Id) is not null)
            {
                return null;
            }

            Calls.Insert(call);
            var registration = endpoint is null ? null : t.PutEndpoint(endpoint);
            return new StartedCall(t.Enqueue(started), registration);
        }));

    public Task<EnqueueResult?> EndAsync(Call call, WebhookEvent ended, bool rollBack) => Task.FromResult(
        outbox.Transact(database, t =>
        {
            if (Calls.FindById(call.Id) is not { IsOver: false })
            {
                return null;
            }

            Calls.Update(call);
            var enqueued = t.Enqueue(ended);
            if (rollBack)
            {
                t.Rollback();
            }

            return enqueued;
        }));

    public Task<ArtifactOutcome> AddArtifactAsync(WebhookArtifact artifact, string patch) => Task.FromResult(
        outbox.Transact(database, t =>
        {
            var outcome = t.ArtifactReady(artifact);
            if (outcome is not ArtifactOutcome.NothingHeld)
            {
                var id = new BsonArray { artifact.Subject, artifact.Name };
                Artifacts.Upsert(new BsonDocument { ["_id"] = id, ["callId"] = artifact.Subject, ["name"] = artifact.Name, ["patch"] = patch });
            }

            return outcome;
        }));

    private Artifact[] ArtifactsOf(string callId) =>
        [.. Artifacts.Query().Where("$.callId = @0", callId).ToEnumerable().Select(document => new Artifact(document["name"], document["patch"])).OrderBy(artifact => artifact.Name, StringComparer.Ordinal)];

    private static BsonMapper MakeMapper()
    {
        var mapper = new BsonMapper { EmptyStringToNull = false, TrimWhitespace = false };
        mapper.Entity<Call>().Id(call => call.Id, autoId: false).Ignore(call => call.Artifacts).Ignore(call => call.IsOver);
        return mapper;
    }
}
