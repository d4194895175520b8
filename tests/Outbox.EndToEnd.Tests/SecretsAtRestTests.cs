using System.Text;
using Dapper;
using Microsoft.Extensions.Hosting;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests;

public sealed class SecretsAtRestTests : IAsyncLifetime
{
    private readonly string _oldKey = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly string _newKey = Convert.ToBase64String([.. Enumerable.Repeat((byte)2, 32)]);
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public Task DisposeAsync() => _receiver.DisposeAsync().AsTask();

    [Fact]
    public async Task Outside_Development_a_host_that_would_store_plain_text_does_not_start()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => Platform.StartAsync(environment: Environments.Production));

        Assert.Contains("ProtectSecrets", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("StoreSecretsInPlainText", refusal.Message, StringComparison.Ordinal);
        await using var meant = await Platform.StartAsync(environment: Environments.Production, build: builder => builder.StoreSecretsInPlainText());
    }

    [Fact]
    public async Task While_the_key_is_lost_nothing_is_sent_and_no_try_is_spent_and_when_it_returns_it_arrives()
    {
        await using var first = await Platform.StartAsync(build: builder => builder.ProtectSecrets(_oldKey));
        await first.ListenAsync(_receiver.Url("/hook"));
        await first.StopAsync();

        string id;
        await using (var keyless = await Platform.StartAsync(onTheFileOf: first))
        {
            id = (await keyless.EndCallAsync("call_1")).DeliveryIds.Single();
            var waiting = await keyless.UntilAsync(id, delivery => delivery.LastError is not null);
            Assert.Equal(DeliveryStatus.Waiting, waiting.Status);
            Assert.Equal(0, waiting.Attempts);
            Assert.Contains("ProtectSecrets", waiting.LastError, StringComparison.Ordinal);
        }

        Assert.Empty(_receiver.All);
        await using var restored = await Platform.StartAsync(onTheFileOf: first, build: builder => builder.ProtectSecrets(_oldKey));
        await restored.MakeDueNowAsync(id);
        await restored.UntilAsync(id, DeliveryStatus.Delivered);
    }

    [Fact]
    public async Task After_a_start_with_a_new_key_in_front_the_old_key_is_needed_no_more()
    {
        await using var first = await Platform.StartAsync(build: builder => builder.ProtectSecrets(_oldKey));
        await first.ListenAsync(_receiver.Url("/hook"));
        var before = await StoredAsync(first);
        await first.StopAsync();

        await using (var rotating = await Platform.StartAsync(onTheFileOf: first, build: builder => builder.ProtectSecrets(_newKey, _oldKey)))
        {
            await rotating.UntilAsync(async () => !(await StoredAsync(first)).SequenceEqual(before));
        }

        await using var last = await Platform.StartAsync(onTheFileOf: first, build: builder => builder.ProtectSecrets(_newKey));
        var id = (await last.EndCallAsync("call_1")).DeliveryIds.Single();
        await last.UntilAsync(id, DeliveryStatus.Delivered);
        Assert.DoesNotContain(Platform.Secret, Encoding.Latin1.GetString(await StoredAsync(first)), StringComparison.Ordinal);
    }

    private static async Task<byte[]> StoredAsync(Platform platform)
    {
        await using var connection = await platform.ConnectAsync();
        return await connection.ExecuteScalarAsync<byte[]>("SELECT secrets FROM outbox_endpoint") ?? [];
    }
}
