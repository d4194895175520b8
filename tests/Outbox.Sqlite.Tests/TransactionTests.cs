using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using NSubstitute;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

public sealed class TransactionTests : IDisposable
{
    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_callers_connection_without_a_busy_timeout_is_given_one_and_another_keeps_its_own()
    {
        var stores = await _database.OpenAsync();
        using var bare = _database.OpenConnection("Pooling=False");
        using var tuned = _database.OpenConnection("Pooling=False");
        DatabaseFixture.Scalar(tuned, "PRAGMA busy_timeout = 1234");

        foreach (var connection in (SqliteConnection[])[bare, tuned])
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await stores.EnqueueAsync(Some.Event(), transaction);
            await transaction.CommitAsync();
        }

        Assert.Equal(5000L, DatabaseFixture.Scalar(bare, "PRAGMA busy_timeout"));
        Assert.Equal(1234L, DatabaseFixture.Scalar(tuned, "PRAGMA busy_timeout"));
    }

    [Fact]
    public async Task What_the_caller_commits_is_claimed_and_what_it_rolls_back_never_was()
    {
        var stores = await OpenAsync();
        await using var connection = _database.OpenConnection();

        await using (var transaction = connection.BeginTransaction())
        {
            await stores.EnqueueAsync(Some.Event(), transaction);
            await transaction.RollbackAsync();
        }

        var nothing = await stores.ClaimAsync();
        await using (var transaction = connection.BeginTransaction())
        {
            await stores.EnqueueAsync(Some.Event(), transaction);
            await transaction.CommitAsync();
        }

        Assert.Empty(nothing.Deliveries);
        Assert.Single((await stores.ClaimAsync()).Deliveries);
        Assert.Equal(1L, _database.Scalar("SELECT count(*) FROM outbox_event"));
    }

    [Fact]
    public async Task A_caller_that_catches_the_error_of_an_enqueue_and_commits_has_nothing_of_it()
    {
        var stores = await OpenAsync();
        _database.Scalar("CREATE TRIGGER no_room BEFORE INSERT ON outbox_delivery BEGIN SELECT RAISE(ABORT, 'no room'); END");
        await using var connection = _database.OpenConnection();
        var ended = Some.Event() with { IdempotencyKey = "call-1" };
        await using (var transaction = connection.BeginTransaction())
        {
            await connection.ExecuteAsync("CREATE TABLE calls (id TEXT)", transaction: transaction);
            await Assert.ThrowsAsync<SqliteException>(() => stores.EnqueueAsync(ended, transaction));
            await transaction.CommitAsync();
        }

        _database.Scalar("DROP TRIGGER no_room");

        Assert.Equal(0L, _database.Scalar("SELECT count(*) FROM outbox_event"));
        Assert.Equal(0L, _database.Scalar("SELECT count(*) FROM calls"));
        Assert.Single((await stores.EnqueueAsync(ended)).DeliveryIds);
    }

    [Fact]
    public async Task A_caller_whose_own_statement_is_still_being_read_may_enqueue()
    {
        var stores = await OpenAsync();
        _database.Scalar("CREATE TABLE calls (id INTEGER PRIMARY KEY)");
        await using var connection = _database.OpenConnection();
        await using var transaction = connection.BeginTransaction();
        await using (var command = connection.CreateCommand())
        {
            command.Transaction = transaction;
            command.CommandText = "INSERT INTO calls (id) VALUES (1), (2) RETURNING id";
            await using var ids = await command.ExecuteReaderAsync();
            while (await ids.ReadAsync())
            {
                await stores.EnqueueAsync(Some.Event(), transaction);
            }
        }

        await transaction.CommitAsync();

        Assert.Equal(2, (await stores.ClaimAsync()).Deliveries.Count);
    }

    [Fact]
    public async Task A_plain_DbTransaction_and_Dapper_work_side_by_side()
    {
        var stores = await OpenAsync();
        await using DbConnection connection = _database.OpenConnection();
        await connection.ExecuteAsync("CREATE TABLE calls (id TEXT PRIMARY KEY)");

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await connection.ExecuteAsync("INSERT INTO calls (id) VALUES (@id)", new { id = "call_1" }, transaction);
            await stores.EnqueueAsync(Some.Event(), transaction);
            await connection.ExecuteAsync("INSERT INTO calls (id) VALUES (@id)", new { id = "call_2" }, transaction);
            await transaction.CommitAsync();
        }

        Assert.Equal(2L, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM calls"));
        Assert.Single((await stores.ClaimAsync()).Deliveries);
    }

    [Fact]
    public async Task The_same_connection_enqueues_again_after_it_was_closed_and_opened()
    {
        var stores = await OpenAsync();
        foreach (var pooling in new[] { "Pooling=True", "Pooling=False" })
        {
            using var connection = _database.OpenConnection(pooling);
            for (var i = 0; i < 3; i++)
            {
                using (var transaction = connection.BeginTransaction())
                {
                    await stores.EnqueueAsync(Some.Event(), transaction);
                    await stores.EnqueueAsync(Some.Event(), transaction);
                    transaction.Commit();
                }

                connection.Close();
                connection.Open();
            }
        }

        Assert.Equal(12L, _database.Scalar("SELECT count(*) FROM outbox_event"));
    }

    [Fact]
    public async Task Prepared_statements_do_not_keep_a_closed_connection_alive()
    {
        var stores = await OpenAsync();
        var connection = _database.OpenConnection("Pooling=False");
        var handle = connection.Handle!;
        using (var transaction = connection.BeginTransaction())
        {
            await stores.EnqueueAsync(Some.Event(), transaction);
            transaction.Commit();
        }

        connection.Close();
        stores.Database.Dispose(); // SQLite closes no descriptor of a file while another of its connections in the process has it locked.

        Assert.True(handle.IsClosed);
        Assert.Equal(0, OpenDescriptorsOfDatabase());
    }

    [Fact]
    public async Task A_transaction_of_another_provider_is_refused_by_its_type()
    {
        var stores = await OpenAsync();
        var foreign = Substitute.For<DbTransaction>();

        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => stores.EnqueueAsync(Some.Event(), foreign));

        Assert.Equal("transaction", refusal.Field);
        Assert.Contains(foreign.GetType().FullName!, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("SqliteTransaction", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_completed_transaction_is_refused()
    {
        var stores = await OpenAsync();
        await using var connection = _database.OpenConnection();
        await using var committed = connection.BeginTransaction();
        await committed.CommitAsync();

        await AssertRefusedAsync(stores, committed, "completed");
    }

    [Fact]
    public async Task A_transaction_whose_connection_was_closed_is_refused()
    {
        var stores = await OpenAsync();
        var connection = _database.OpenConnection();
        await using var transaction = connection.BeginTransaction();
        connection.Close();

        await AssertRefusedAsync(stores, transaction, "completed");
    }

    [Fact]
    public async Task A_transaction_that_SQLite_ended_by_itself_is_refused()
    {
        var stores = await OpenAsync();
        await using var connection = _database.OpenConnection();
        await using var transaction = connection.BeginTransaction();
        await connection.ExecuteAsync("ROLLBACK", transaction: transaction);

        await AssertRefusedAsync(stores, transaction, "completed");
    }

    [Fact]
    public async Task A_transaction_on_another_file_is_refused_naming_both()
    {
        var stores = await OpenAsync();
        var other = Path.Combine(_database.Folder, "other.db");
        await using var connection = new SqliteConnection($"Data Source={other}");
        await connection.OpenAsync();
        await using var transaction = connection.BeginTransaction();

        await AssertRefusedAsync(stores, transaction, other, "calls.db");
    }

    [Fact]
    public async Task A_transaction_on_a_database_in_memory_is_refused()
    {
        var stores = await OpenAsync();
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        await using var transaction = connection.BeginTransaction();

        await AssertRefusedAsync(stores, transaction, "in memory", "calls.db");
    }

    [Fact]
    public async Task The_file_may_be_reached_through_symbolic_links()
    {
        var stores = await OpenAsync();
        var folder = Path.Combine(_database.Folder, "linked");
        Directory.CreateSymbolicLink(folder, _database.Folder);
        var file = Path.Combine(folder, "alias.db");
        File.CreateSymbolicLink(file, _database.File);
        await using var connection = new SqliteConnection($"Data Source={file}");
        await connection.OpenAsync();
        await using var transaction = connection.BeginTransaction();

        var enqueued = await stores.EnqueueAsync(Some.Event(), transaction);
        await transaction.CommitAsync();

        Assert.Single(enqueued.DeliveryIds);
    }

    [Fact]
    public async Task A_deferred_transaction_that_has_not_read_waits_for_the_other_writer()
    {
        var stores = await OpenAsync();
        await using var busy = _database.OpenConnection();
        var blocking = busy.BeginTransaction();
        await using var connection = _database.OpenConnection();
        await using var deferred = connection.BeginTransaction(deferred: true);

        var enqueue = Task.Run(() => stores.EnqueueAsync(Some.Event(), deferred));
        await blocking.CommitAsync();
        await enqueue;
        await deferred.CommitAsync();

        Assert.Equal(1L, _database.Scalar("SELECT count(*) FROM outbox_event"));
    }

    [Fact]
    public async Task A_deferred_transaction_that_read_before_another_wrote_is_told_to_begin_immediate()
    {
        var stores = await OpenAsync();
        await using var connection = _database.OpenConnection();
        await using var deferred = connection.BeginTransaction(deferred: true);
        await connection.ExecuteScalarAsync("SELECT count(*) FROM outbox_event", transaction: deferred);
        await stores.EnqueueAsync(Some.Event());
        connection.DefaultTimeout = 1;

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => stores.EnqueueAsync(Some.Event(), deferred));

        Assert.Contains("BeginTransaction()", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
    }

    private int OpenDescriptorsOfDatabase() =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(descriptor => string.Equals(descriptor.LinkTarget, _database.File, StringComparison.Ordinal));

    private static async Task AssertRefusedAsync(Stores stores, DbTransaction transaction, params string[] words)
    {
        var refusal = await Assert.ThrowsAsync<WebhookValidationException>(() => stores.EnqueueAsync(Some.Event(), transaction));

        Assert.Equal("transaction", refusal.Field);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private async Task<Stores> OpenAsync()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        return stores;
    }
}
