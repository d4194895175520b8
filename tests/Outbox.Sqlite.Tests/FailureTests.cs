using Microsoft.Data.Sqlite;
using Outbox.Storage;

namespace Outbox.Sqlite.Tests;

public sealed class FailureTests : IDisposable
{
    private readonly DatabaseFixture _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData("Data Source=:memory:", "in memory")]
    [InlineData("Data Source=calls;Mode=Memory;Cache=Shared", "in memory")]
    [InlineData("Data Source=file:calls?mode=memory", "in memory")]
    [InlineData("Data Source=", "in memory")]
    [InlineData("Data Source=calls.db;Cache=Shared", "Cache=Shared")]
    [InlineData("Data Source=calls.db;Mode=ReadOnly", "Mode=ReadOnly")]
    public void A_connection_string_that_cannot_work_is_refused_at_registration(string connectionString, string reason)
    {
        var refusal = Assert.Throws<ArgumentException>(() => SqliteSource.Parse(connectionString, new SqliteStoreOptions()));

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lock_timeout_out_of_range_is_refused()
    {
        var refusal = Assert.Throws<ArgumentException>(
            () => SqliteSource.Parse("Data Source=calls.db", new SqliteStoreOptions { LockTimeout = TimeSpan.FromHours(1) }));

        Assert.Contains("01:00:00", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_folder_is_named()
    {
        var folder = Path.Combine(_database.Folder, "missing");
        var stores = _database.Connect($"Data Source={Path.Combine(folder, "calls.db")}");

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => stores.Outbox.OpenAsync(CancellationToken.None).AsTask());

        Assert.Contains($"'{folder}'", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public async Task A_failed_open_may_be_repeated()
    {
        var folder = Path.Combine(_database.Folder, "later");
        var stores = _database.Connect($"Data Source={Path.Combine(folder, "calls.db")}");
        await Assert.ThrowsAsync<OutboxStoreException>(() => stores.Outbox.OpenAsync(CancellationToken.None).AsTask());

        Directory.CreateDirectory(folder);
        await stores.Outbox.OpenAsync(CancellationToken.None);

        Assert.False((await stores.ClaimAsync()).More);
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_is_told()
    {
        var stores = _database.Connect($"Data Source={_database.Folder}");

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => stores.Outbox.OpenAsync(CancellationToken.None).AsTask());

        Assert.Contains("is a folder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_told()
    {
        await File.WriteAllTextAsync(_database.File, new string('x', 5000));

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => _database.OpenAsync());

        Assert.Contains("not a SQLite database", failure.Message, StringComparison.Ordinal);
        Assert.False(failure.IsTransient);
    }

    [Fact]
    public void A_database_that_cannot_be_written_is_told()
    {
        // Provoked by hand, because whoever runs as root may write anything.
        var failure = SqliteFailure.Explain(new SqliteException("attempt to write a readonly database", 8), _database.Connect().Database);

        Assert.Contains("cannot be written", failure.Message, StringComparison.Ordinal);
        Assert.False(Assert.IsType<OutboxStoreException>(failure).IsTransient);
    }

    [Fact]
    public async Task A_lock_that_lasts_is_transient_and_leaves_the_store_usable()
    {
        var stores = await _database.OpenAsync(options => options.LockTimeout = TimeSpan.FromMilliseconds(20));
        await using var other = _database.OpenConnection();
        await using (var blocking = other.BeginTransaction())
        {
            var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => stores.EnqueueAsync(Some.Event()));
            Assert.True(failure.IsTransient);
            Assert.Contains("locked", failure.Message, StringComparison.Ordinal);
        }

        Assert.NotEmpty((await stores.EnqueueAsync(Some.Event())).EventId);
    }

    [Fact]
    public async Task Neither_an_idle_claim_nor_a_list_waits_for_another_writer()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        await using var other = _database.OpenConnection();
        await using var blocking = other.BeginTransaction();

        Assert.Empty((await stores.ClaimAsync()).Deliveries);
        Assert.Null(await stores.Outbox.NextDueInAsync(CancellationToken.None));
        Assert.Empty((await stores.Deliveries.ListAsync(new DeliveryFilter(), 10, null, CancellationToken.None)).Deliveries);
    }

    [Fact]
    public async Task A_full_disk_is_transient_and_nothing_is_lost_when_there_is_room_again()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        await stores.EnqueueAsync(Some.Event());
        var claimed = Assert.Single((await stores.ClaimAsync()).Deliveries);
        await SetMaxPagesAsync(stores, 1);

        var failure = await Assert.ThrowsAsync<OutboxStoreException>(() => FillAsync(stores));
        await SetMaxPagesAsync(stores, 1_000_000);

        Assert.True(failure.IsTransient);
        Assert.Contains("full", failure.Message, StringComparison.Ordinal);
        Assert.Equal([true], await stores.SettleAsync(Some.Delivered(claimed)));
    }

    [Fact]
    public async Task A_disk_that_fails_a_read_is_told_although_SQLite_has_ended_the_transaction_by_itself()
    {
        const int IoError = 10;
        var stores = await _database.OpenAsync();

        var failure = Assert.Throws<OutboxStoreException>(() => stores.Database.Read<bool>(session =>
        {
            session.RunOnce("ROLLBACK");
            throw new SqliteException("disk I/O error", IoError);
        }));

        Assert.True(failure.IsTransient);
        Assert.Contains("disk I/O error", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settlement_whose_attempt_cannot_be_recorded_is_not_stored_either_and_may_be_repeated()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        await stores.EnqueueAsync(Some.Event());
        var claimed = Assert.Single((await stores.ClaimAsync()).Deliveries);
        _database.Scalar("CREATE TRIGGER no_room BEFORE INSERT ON outbox_attempt BEGIN SELECT RAISE(ABORT, 'no room'); END");

        await Assert.ThrowsAnyAsync<Exception>(() => stores.SettleAsync(Some.Delivered(claimed)));
        _database.Scalar("DROP TRIGGER no_room");

        Assert.Equal([true], await stores.SettleAsync(Some.Delivered(claimed)));
        Assert.Equal(1L, _database.Scalar("SELECT count(*) FROM outbox_attempt"));
    }

    [Fact]
    public async Task Work_that_throws_leaves_no_transaction_behind()
    {
        var stores = await _database.OpenAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => stores.Endpoints.PutAsync(
            new EndpointLookup(), _ => throw new InvalidOperationException("no"), null, CancellationToken.None).AsTask());
        await stores.PutAsync(Some.Endpoint());

        Assert.Equal(1L, _database.Scalar("SELECT count(*) FROM outbox_endpoint"));
    }

    [Fact]
    public async Task A_cancelled_call_changes_nothing()
    {
        var stores = await _database.OpenAsync();
        await stores.PutAsync(Some.Endpoint());
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stores.Outbox.EnqueueAsync(Some.Event(), null, cancelled.Token).AsTask());

        Assert.Equal(0L, _database.Scalar("SELECT count(*) FROM outbox_event"));
    }

    private static async Task FillAsync(Stores stores)
    {
        for (var i = 0; i < 100; i++)
        {
            await stores.EnqueueAsync(Some.Event($$"""{"a":"{{new string('x', 10_000)}}"}"""));
        }
    }

    private static async Task SetMaxPagesAsync(Stores stores, int pages) =>
        await stores.Database.UseWriterAsync(
            session =>
            {
                session.RunOnce($"PRAGMA max_page_count = {pages}");
                return true;
            },
            CancellationToken.None);
}
