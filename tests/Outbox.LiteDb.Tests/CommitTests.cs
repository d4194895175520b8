using LiteDB;
using LiteDB.Engine;
using NSubstitute;
using NSubstitute.ExceptionExtensions;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>LiteDB rolls a transaction back by itself when a write fails, and its Commit then only says false.</summary>
public sealed class CommitTests
{
    [Fact]
    public async Task A_write_that_failed_and_was_caught_undoes_the_whole_and_is_told()
    {
        await using var platform = Platform.Build();
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint());
        platform.Calls.Insert(Platform.Call("call_1"));

        var failure = Assert.Throws<OutboxStoreException>(() => platform.Outbox.Transact(platform.Database, t =>
        {
            platform.Calls.Insert(Platform.Call("call_2"));
            Assert.Throws<LiteException>(() => platform.Calls.Insert(Platform.Call("call_1")));
        }));

        Assert.Contains("duplicate", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, platform.Calls.Count());
    }

    [Fact]
    public async Task Nothing_is_written_on_its_own_after_a_write_that_failed()
    {
        await using var platform = Platform.Build();
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint());
        platform.Calls.Insert(Platform.Call("call_1"));

        Assert.Throws<OutboxStoreException>(() => platform.Outbox.Transact(platform.Database, t =>
        {
            Assert.Throws<LiteException>(() => platform.Calls.Insert(Platform.Call("call_1")));
            Assert.Throws<OutboxStoreException>(() => platform.Calls.Insert(Platform.Call("call_2")));
            Assert.Throws<WebhookValidationException>(() => t.Enqueue(Some.Event()));
        }));

        Assert.Equal(1, platform.Calls.Count());
        Assert.Empty(await platform.DeliveriesAsync());
    }

    [Fact]
    public void A_commit_that_returns_false_is_an_error()
    {
        using var folder = new Folder();
        var engine = Substitute.For<ILiteEngine>();
        engine.BeginTrans().Returns(true);
        engine.Commit().Returns(false);
        using var file = folder.Open(() => engine);

        var failure = Assert.Throws<OutboxStoreException>(() => file.Transact(_ => 1));

        Assert.Contains("ended it before its commit", failure.Message, StringComparison.Ordinal);
        Assert.True(TakesTurns(file));
    }

    [Fact]
    public async Task A_commit_that_is_refused_for_a_reader_that_was_left_open_undoes_the_whole_and_keeps_nobody_out()
    {
        await using var platform = Platform.Build(options => options.LockTimeout = TimeSpan.FromSeconds(1));
        platform.Calls.Insert([Platform.Call("call_1"), Platform.Call("call_2")]);
        IEnumerator<BsonDocument>? reader = null;

        var failure = Assert.Throws<OutboxStoreException>(() => platform.Outbox.Transact(platform.Database, t =>
        {
            platform.Calls.Insert(Platform.Call("call_3"));
            reader = platform.Calls.FindAll().GetEnumerator();
            reader.MoveNext();
        }));
        platform.Outbox.Transact(platform.Database, t => platform.Calls.Insert(Platform.Call("call_4")));
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint());

        Assert.False(failure.IsTransient);
        Assert.Contains("ToList()", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["call_1", "call_2", "call_4"], platform.Calls.FindAll().Select(call => call["_id"].AsString));
        reader!.Dispose();
    }

    [Fact]
    public void A_transaction_that_was_never_begun_is_an_error_and_its_work_is_not_done()
    {
        using var folder = new Folder();
        var engine = Substitute.For<ILiteEngine>();
        engine.BeginTrans().Returns(false);
        using var file = folder.Open(() => engine);

        Assert.Throws<OutboxStoreException>(() => file.Transact<int>(_ => throw new InvalidOperationException("It ran.")));

        Assert.True(TakesTurns(file));
    }

    [Fact]
    public void An_engine_that_met_an_IO_error_is_opened_again_and_the_work_resumes()
    {
        using var folder = new Folder();
        var broken = Substitute.For<ILiteEngine>();
        broken.BeginTrans().Returns(true);
        broken.Insert(Arg.Any<string>(), Arg.Any<IEnumerable<BsonDocument>>(), Arg.Any<BsonAutoId>()).Throws(new IOException("No space left on device"));
        var opened = 0;
        using var file = folder.Open(() => ++opened == 1 ? broken : new LiteEngine(folder.File));

        var failure = Assert.Throws<OutboxStoreException>(() => Insert(file));

        Assert.True(failure.IsTransient);
        Assert.Contains("No space left", failure.Message, StringComparison.Ordinal);
        broken.Received().Dispose();
        Insert(file);
        Assert.Equal(1, file.Database.GetCollection("calls").Count());
    }

    [Fact]
    public async Task A_file_that_reached_its_limit_is_a_passing_error_and_takes_everything_once_there_is_room()
    {
        await using var platform = Platform.Build();
        await platform.Outbox.Endpoints.PutAsync(Some.Endpoint());
        platform.Database.Checkpoint();
        platform.Database.LimitSize = 256 * 1024;
        var stored = 0;
        var large = new WebhookEvent("call.ended", new { padding = new string('x', 60_000) });

        var failure = Assert.Throws<OutboxStoreException>(() =>
        {
            while (stored < 100)
            {
                platform.Outbox.Transact(platform.Database, t => t.Enqueue(large));
                stored++;
            }
        });

        Assert.True(failure.IsTransient);
        Assert.Contains("LIMIT_SIZE", failure.Message, StringComparison.Ordinal);
        platform.Database.LimitSize = long.MaxValue;
        platform.Outbox.Transact(platform.Database, t => t.Enqueue(large));
        Assert.Equal(stored + 1, (await platform.DeliveriesAsync()).Count);
    }

    private static void Insert(LiteDbFile file) => file.Transact(session =>
    {
        session.Insert("calls", Platform.Call("call_1"));
        return true;
    });

    private static bool TakesTurns(LiteDbFile file)
    {
        file.Turn.Take();
        file.Turn.Release();
        return true;
    }
}
