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

    public Task<StartedCall?> StartAsync(Call call, WebhookEndpoint? endpoint, IReadOnlyList<WebhookEvent> started) => Task.FromResult(
        outbox.Transact(database, t =>
        {
            if (Calls.FindById(call.Id) is not null)
            {
                return null;
            }

            Calls.Insert(call);
            var registration = endpoint is null ? null : t.PutEndpoint(endpoint);
            return new StartedCall([.. started.Select(t.Enqueue)], registration);
        }));

    public Task<IReadOnlyList<EnqueueResult>?> EndAsync(Call call, Func<Call, IReadOnlyList<WebhookEvent>> ended, bool rollBack) => Task.FromResult(
        outbox.Transact<IReadOnlyList<EnqueueResult>?>(database, t =>
        {
            if (Calls.FindById(call.Id) is not { IsOver: false })
            {
                return null;
            }

            Calls.Update(call);
            var enqueued = ended(call with { Artifacts = ArtifactsOf(call.Id) }).Select(t.Enqueue).ToList();
            if (rollBack)
            {
                t.Rollback();
            }

            return enqueued;
        }));

    public Task<ArtifactArrival> AddArtifactAsync(WebhookArtifact artifact, string patch) => Task.FromResult(
        outbox.Transact(database, t =>
        {
            var id = new BsonArray { artifact.Subject, artifact.Name };
            if (Artifacts.FindById(id) is not null)
            {
                return ArtifactArrival.Again;
            }

            var arrival = new ArtifactArrival(t.ArtifactReady(artifact), Calls.FindById(artifact.Subject) is { IsOver: false });
            if (arrival.IsKept)
            {
                Artifacts.Insert(new BsonDocument { ["_id"] = id, ["callId"] = artifact.Subject, ["name"] = artifact.Name, ["patch"] = patch });
            }

            return arrival;
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
