using Dapper;
using Microsoft.Data.Sqlite;

namespace Outbox.EndToEnd.Tests;

public sealed class InboxTests : IAsyncLifetime
{
    private readonly WebhookInbox _inbox = new();
    private Platform _platform = null!;

    public async Task InitializeAsync()
    {
        _platform = await Platform.StartAsync();
        await using var connection = await _platform.ConnectAsync();
        await WebhookInbox.CreateTableAsync(connection);
    }

    public async Task DisposeAsync() => await _platform.DisposeAsync();

    [Fact]
    public async Task The_work_is_done_for_the_first_delivery_of_an_id_and_not_for_its_repeats()
    {
        Assert.True(await ReceiveAsync("dlv_1", "call_1"));
        Assert.False(await ReceiveAsync("dlv_1", "call_1 again"));
        Assert.True(await ReceiveAsync("dlv_2", "call_2"));

        Assert.Equal(["call_1", "call_2"], await CallsAsync());
    }

    [Fact]
    public async Task What_is_rolled_back_may_be_done_again()
    {
        Assert.True(await ReceiveAsync("dlv_1", "call_1", commit: false));
        Assert.True(await ReceiveAsync("dlv_1", "call_1"));

        Assert.Equal(["call_1"], await CallsAsync());
    }

    [Fact]
    public async Task Work_that_throws_records_nothing_once_it_is_rolled_back()
    {
        await using (var connection = await _platform.ConnectAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await Assert.ThrowsAsync<InvalidOperationException>(() =>
                _inbox.ProcessOnceAsync("dlv_1", transaction, () => throw new InvalidOperationException("broken")));
            await transaction.RollbackAsync();
        }

        Assert.True(await ReceiveAsync("dlv_1", "call_1"));
    }

    [Fact]
    public async Task Sixteen_repeats_at_once_do_the_work_once()
    {
        var done = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => ReceiveAsync("dlv_1", $"call_{i}")));

        Assert.Single(done, true);
        Assert.Single(await CallsAsync());
    }

    [Fact]
    public async Task Old_ids_are_forgotten_and_young_ones_kept()
    {
        await ReceiveAsync("dlv_1", "call_1");
        await using var connection = await _platform.ConnectAsync();

        Assert.Equal(0, await _inbox.ForgetAsync(connection, TimeSpan.FromDays(30)));
        await connection.ExecuteAsync("UPDATE webhook_inbox SET received_at = received_at - 31 * 86400000");
        Assert.Equal(1, await _inbox.ForgetAsync(connection, TimeSpan.FromDays(30)));
    }

    [Fact]
    public async Task An_id_that_is_none_and_a_transaction_that_is_over_are_refused()
    {
        await using var connection = await _platform.ConnectAsync();
        await using var transaction = (SqliteTransaction)await connection.BeginTransactionAsync();
        var id = await Assert.ThrowsAsync<WebhookValidationException>(() => _inbox.ProcessOnceAsync("", transaction, () => Task.CompletedTask));
        await transaction.CommitAsync();
        var over = await Assert.ThrowsAsync<WebhookValidationException>(() => _inbox.ProcessOnceAsync("dlv_1", transaction, () => Task.CompletedTask));

        Assert.Equal(("id", "transaction"), (id.Field, over.Field));
    }

    private async Task<bool> ReceiveAsync(string id, string call, bool commit = true)
    {
        await using var connection = await _platform.ConnectAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var done = await _inbox.ProcessOnceAsync(
            id, transaction, () => connection.ExecuteAsync("INSERT INTO calls (id, status) VALUES (@call, 'received')", new { call }, transaction));
        await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        return done;
    }

    private async Task<IEnumerable<string>> CallsAsync()
    {
        await using var connection = await _platform.ConnectAsync();
        return await connection.QueryAsync<string>("SELECT id FROM calls ORDER BY id");
    }
}
