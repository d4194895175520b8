using System.Data.Common;
using LiteDB;
using NSubstitute;
using Outbox.Storage;

namespace Outbox.LiteDb.Tests;

/// <summary>LiteDB's transactions belong to a thread: whatever would leave it is refused.</summary>
public sealed class ThreadTests : IAsyncLifetime
{
    private readonly Platform _platform = Platform.Build();

    public Task InitializeAsync() => _platform.Outbox.Endpoints.PutAsync(Some.Endpoint());

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task An_async_void_delegate_is_refused_before_it_runs()
    {
        var ran = false;
#pragma warning disable MA0147 // That is the mistake.
        Action<LiteDbTransaction> work = async t =>
#pragma warning restore MA0147
        {
            ran = true;
            await Task.Yield();
            t.Enqueue(Some.Event());
        };

        Assert.Contains("asynchronous", Refusal(() => _platform.Outbox.Transact(_platform.Database, work)), StringComparison.Ordinal);
        Assert.False(ran);
        Assert.Empty(await _platform.DeliveriesAsync());
    }

    [Fact]
    public void A_delegate_that_returns_a_task_is_refused_before_it_runs()
    {
        var ran = false;
        Func<LiteDbTransaction, Task<int>> task = _ => Task.FromResult(Ran());
        Func<LiteDbTransaction, ValueTask> valueTask = _ =>
        {
            Ran();
            return ValueTask.CompletedTask;
        };
        Func<LiteDbTransaction, ValueTask<int>> valueTaskOf = _ => ValueTask.FromResult(Ran());

        Action[] attempts =
        [
            () => _ = _platform.Outbox.Transact<Task<int>>(_platform.Database, task),
            () => _ = _platform.Outbox.Transact(_platform.Database, valueTask),
            () => _ = _platform.Outbox.Transact(_platform.Database, valueTaskOf),
        ];

        Assert.All(attempts, attempt => Assert.Contains("asynchronous", Refusal(attempt), StringComparison.Ordinal));
        Assert.False(ran);

        int Ran()
        {
            ran = true;
            return 1;
        }
    }

    [Fact]
    public void An_async_lambda_does_not_compile()
    {
        var trap = typeof(LiteDbOutboxExtensions).GetMethods().Single(method =>
            method.Name == nameof(LiteDbOutboxExtensions.Transact) && method.GetParameters()[^1].ParameterType == typeof(Func<LiteDbTransaction, Task>));

        var attribute = Assert.Single(trap.GetCustomAttributes(typeof(ObsoleteAttribute), inherit: false).Cast<ObsoleteAttribute>());
        Assert.True(attribute.IsError);
    }

    [Fact]
    public async Task Another_thread_cannot_enqueue_in_the_transaction()
    {
        Exception? refusal = null;
        _platform.Outbox.Transact(_platform.Database, t =>
        {
            var other = new Thread(() => refusal = Record.Exception(() => t.Enqueue(Some.Event())));
            other.Start();
            other.Join();
        });

        Assert.Contains("another", Assert.IsType<WebhookValidationException>(refusal).Message, StringComparison.Ordinal);
        Assert.Empty(await _platform.DeliveriesAsync());
    }

    [Fact]
    public void A_transaction_that_is_over_takes_nothing_more()
    {
        LiteDbTransaction? kept = null;
        _platform.Outbox.Transact(_platform.Database, t => { kept = t; });

        Assert.Contains("over", Refusal(() => kept!.Enqueue(Some.Event())), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transaction_inside_another_is_refused_and_leaves_the_outer_one_usable()
    {
        _platform.Outbox.Transact(_platform.Database, t =>
        {
            Assert.Contains("t.Enqueue", Refusal(() => _platform.Outbox.Transact(_platform.Database, _ => { })), StringComparison.Ordinal);
            _platform.Calls.Insert(Platform.Call("call_1"));
        });

        Assert.Equal(1, _platform.Calls.Count());
    }

    [Fact]
    public async Task A_call_that_would_wait_for_the_callers_own_transaction_is_refused_at_once()
    {
        Task enqueue = Task.CompletedTask;
        _platform.Outbox.Transact(_platform.Database, _ => { enqueue = _platform.Outbox.EnqueueInOwnTransactionAsync(Some.Event()); });

        Assert.Contains("t.Enqueue", (await Assert.ThrowsAsync<WebhookValidationException>(() => enqueue)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Transactions_by_hand_are_refused_on_the_outboxs_database()
    {
        Action[] attempts =
        [
            () => _platform.Database.BeginTrans(),
            () => _platform.Database.Commit(),
            () => _platform.Database.Rollback(),
            () => _platform.Database.Execute("BEGIN").Dispose(),
            () => _platform.Calls.Query().ForUpdate().ToList(),
        ];

        Assert.All(attempts, attempt =>
            Assert.Contains("outbox.Transact", Assert.Throws<InvalidOperationException>(attempt).Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Members_that_take_a_DbTransaction_say_what_to_call_instead()
    {
        var foreign = Substitute.For<DbTransaction>();

        var refusals = new[]
        {
            await Assert.ThrowsAsync<WebhookValidationException>(() => _platform.Outbox.EnqueueAsync(Some.Event(), foreign)),
            await Assert.ThrowsAsync<WebhookValidationException>(() => _platform.Outbox.ArtifactReadyAsync(WebhookArtifact.FromJson("call_1", "recording", "{}"), foreign)),
            await Assert.ThrowsAsync<WebhookValidationException>(() => _platform.Outbox.Endpoints.PutAsync(Some.Endpoint(), foreign)),
        };

        Assert.All(refusals, refusal => Assert.Contains("outbox.Transact(db, t =>", refusal.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_database_or_another_store_is_refused()
    {
        await using var other = Platform.Build();
        using var stranger = new LiteDatabase(new MemoryStream());

        Assert.Contains("not the outbox's", Refusal(() => _platform.Outbox.Transact(other.Database, _ => { })), StringComparison.Ordinal);
        Assert.Contains("not the outbox's", Refusal(() => _platform.Outbox.Transact(stranger, _ => { })), StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Substitute.For<IWebhookOutbox>().Transact(_platform.Database, _ => { }));
    }

    private static string Refusal(Action action) => Assert.Throws<WebhookValidationException>(action).Message;
}
