using System.Text;
using LiteDB;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

public sealed class TransactTests : IAsyncLifetime
{
    private readonly Platform _platform = Platform.Build();

    public Task InitializeAsync() => _platform.Outbox.Endpoints.PutAsync(Some.Endpoint());

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task The_call_and_its_event_are_stored_together()
    {
        var result = _platform.Outbox.Transact(_platform.Database, t =>
        {
            _platform.Calls.Insert(Platform.Call("call_1"));
            return t.Enqueue(Some.Event());
        });

        Assert.Equal(1, _platform.Calls.Count());
        Assert.Equal(result.DeliveryIds, (await _platform.DeliveriesAsync()).Select(delivery => delivery.Id));
    }

    [Fact]
    public async Task An_exception_undoes_both_and_goes_on_to_the_caller()
    {
        Action<LiteDbTransaction> work = t =>
        {
            _platform.Calls.Insert(Platform.Call("call_1"));
            t.Enqueue(Some.Event());
            throw new IOException("a request to another server failed");
        };

        var failure = Assert.Throws<IOException>(() => _platform.Outbox.Transact(_platform.Database, work));

        Assert.Equal("a request to another server failed", failure.Message);
        Assert.Equal(0, _platform.Calls.Count());
        Assert.Empty(await _platform.DeliveriesAsync());
    }

    [Fact]
    public async Task A_rollback_undoes_both_and_nothing_more_can_be_written()
    {
        var refusals = _platform.Outbox.Transact<Exception[]>(_platform.Database, t =>
        {
            _platform.Calls.Insert(Platform.Call("call_1"));
            t.Enqueue(Some.Event());
            t.Rollback();
            return
            [
                Assert.Throws<WebhookValidationException>(() => t.Enqueue(Some.Event())),
                Assert.Throws<WebhookValidationException>(t.Rollback),
                Assert.Throws<OutboxStoreException>(() => _platform.Calls.Insert(Platform.Call("call_2"))),
            ];
        });

        Assert.All(refusals, refusal => Assert.Contains("rolled back", refusal.Message, StringComparison.Ordinal));
        Assert.Equal(0, _platform.Calls.Count());
        Assert.Empty(await _platform.DeliveriesAsync());
    }

    [Fact]
    public async Task A_calls_own_endpoint_gets_the_event_of_the_same_transaction()
    {
        var registration = _platform.Outbox.Transact(_platform.Database, t =>
        {
            var own = t.PutEndpoint(Some.Endpoint("ttma") with { Scope = WebhookScope.Call("call_1"), Secret = new string('s', 32) });
            t.Enqueue(Some.Event());
            return own;
        });

        Assert.True(registration.Created);
        Assert.Contains(registration.Endpoint.Id, (await _platform.DeliveriesAsync()).Select(delivery => delivery.EndpointId));
    }

    [Fact]
    public async Task An_artifact_is_released_in_the_transaction_that_stores_it()
    {
        _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event() with { Holds = [new WebhookHold("recording", TimeSpan.FromHours(1))] }));

        var outcome = _platform.Outbox.Transact(_platform.Database, t => t.ArtifactReady(WebhookArtifact.FromJson("call_1", "recording", """{"url":"x"}""")));

        Assert.Equal(ArtifactOutcome.Released, outcome);
        Assert.Empty(Assert.Single(await _platform.DeliveriesAsync()).HeldFor);
    }

    [Fact]
    public async Task What_Core_refuses_is_refused_before_anything_is_stored_and_the_transaction_goes_on()
    {
        _platform.Outbox.Transact(_platform.Database, t =>
        {
            Assert.Equal("type", Assert.Throws<WebhookValidationException>(() => t.Enqueue(new WebhookEvent("call ended", new { }))).Field);
            Assert.Throws<WebhookValidationException>(() => t.PutEndpoint(Some.Endpoint() with { Url = "http://10.0.0.1/" }));
            _platform.Calls.Insert(Platform.Call("call_1"));
        });

        Assert.Equal(1, _platform.Calls.Count());
        Assert.Empty(await _platform.DeliveriesAsync());
    }

    [Fact]
    public async Task What_was_erased_is_in_no_document_and_after_a_checkpoint_in_no_file()
    {
        const string Subject = "call_of_a_person";
        await _platform.Outbox.Endpoints.PutAsync(
            Some.Endpoint("ttma") with { Scope = WebhookScope.Call(Subject), Url = $"https://receiver.example/{Subject}", Secret = new string('s', 32) });
        _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event(Subject) with { OrderingKey = Subject, IdempotencyKey = Subject }));
        _platform.Database.Checkpoint();
        Assert.NotEmpty(DocumentsWith(Subject));
        Assert.NotEmpty(FilesWith(Subject));

        await _platform.Outbox.EraseSubjectAsync(Subject);

        Assert.Empty(DocumentsWith(Subject));
        _platform.Database.Checkpoint();
        Assert.Empty(FilesWith(Subject));
    }

    [Fact]
    public async Task The_request_follows_the_commit_although_nobody_looks_for_minutes()
    {
        await _platform.StartAsync();
        _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event("call_1")));
        await _platform.ArrivalAsync();
        await _platform.IdleAsync();

        for (var i = 2; i < 6; i++)
        {
            _platform.Outbox.Transact(_platform.Database, t => t.Enqueue(Some.Event($"call_{i}")));
            Assert.Contains($"call_{i}", await _platform.ArrivalAsync(), StringComparison.Ordinal);
            await _platform.IdleAsync();
        }
    }

    private List<string> FilesWith(string text) =>
    [
        .. new[] { _platform.File, _platform.File.Replace("calls", "calls-log", StringComparison.Ordinal) }
            .Where(file => Bytes(file).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0),
    ];

    private static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private List<string> DocumentsWith(string text) =>
    [
        .. _platform.Database.GetCollectionNames()
            .SelectMany(name => _platform.Database.GetCollection(name).FindAll().Select(document => (Name: name, Bytes: BsonSerializer.Serialize(document))))
            .Where(document => document.Bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)
            .Select(document => document.Name),
    ];
}
