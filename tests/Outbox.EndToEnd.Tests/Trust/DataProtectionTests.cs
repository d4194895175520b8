using System.Text;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Outbox.Deliveries;

namespace Outbox.EndToEnd.Tests.Trust;

public sealed class DataProtectionTests : IAsyncLifetime
{
    private readonly string _aesKey = Convert.ToBase64String([.. Enumerable.Repeat((byte)1, 32)]);
    private readonly DirectoryInfo _ring = Directory.CreateTempSubdirectory("outbox-ring-");
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _ring.Delete(recursive: true);
    }

    [Fact]
    public async Task Secrets_are_encrypted_and_bound_to_their_endpoint_and_its_tenant()
    {
        await using var platform = await StartAsync(environment: Environments.Production);
        await platform.ListenAsync(_receiver.Url("/first"), scope: WebhookScope.Call("call_1"));
        await platform.ListenAsync(_receiver.Url("/second"), scope: WebhookScope.Call("call_2"), secret: "another-signing-secret-of-at-least-32-characters");
        await platform.EndCallAsync("call_1");
        Assert.Equal("/first", (await _receiver.NextAsync()).Path);
        Assert.All(await StoredAsync(platform), stored => Assert.DoesNotContain("signing-secret", Encoding.Latin1.GetString(stored), StringComparison.Ordinal));

        await using var connection = await platform.ConnectAsync();
        await connection.ExecuteAsync("UPDATE outbox_endpoint SET secrets = (SELECT secrets FROM outbox_endpoint ORDER BY key LIMIT 1)");
        var moved = (await platform.EndCallAsync("call_2")).DeliveryIds.Single();
        await UnreadableAsync(platform, moved);
        await connection.ExecuteAsync("UPDATE outbox_endpoint SET tenant = 'another'");
        await UnreadableAsync(platform, (await platform.Outbox.EnqueueInOwnTransactionAsync(
            new WebhookEvent("call.ended", new { }) { Tenant = "another", Subject = "call_1" })).DeliveryIds.Single());

        Assert.Single(_receiver.All);
    }

    [Fact]
    public async Task While_the_key_ring_is_lost_nothing_is_sent_and_no_try_is_spent_and_when_it_returns_it_arrives_without_a_restart()
    {
        await using var first = await StartAsync();
        await first.ListenAsync(_receiver.Url("/hook"));
        await first.StopAsync();
        var keys = Directory.GetFiles(_ring.FullName).Select(file => (file, File.ReadAllBytes(file))).ToList();
        _ring.Delete(recursive: true);
        _ring.Create();

        await using var ringless = await StartAsync(first);
        var id = (await ringless.EndCallAsync("call_1")).DeliveryIds.Single();
        var waiting = await UnreadableAsync(ringless, id);
        Assert.Equal((0, 0), (waiting.Attempts, waiting.AttemptLog.Count));
        Assert.Empty(_receiver.All);
        Assert.Single(ringless.Services.GetRequiredService<IWebhookSecretStatus>().Unreadable);

        keys.ForEach(key => File.WriteAllBytes(key.file, key.Item2));
        await ringless.MakeDueNowAsync(id);
        Assert.Equal(1, (await ringless.UntilAsync(id, DeliveryStatus.Delivered)).Attempts);
    }

    [Fact]
    public async Task After_a_start_with_a_new_default_key_the_old_key_is_needed_no_more()
    {
        await using var first = await StartAsync();
        await first.ListenAsync(_receiver.Url("/hook"));
        var before = (await StoredAsync(first)).Single();
        var manager = first.Services.GetRequiredService<IKeyManager>();
        var old = manager.GetAllKeys().Single();
        manager.CreateNewKey(old.ActivationDate + TimeSpan.FromMilliseconds(1), old.ExpirationDate);
        await first.StopAsync();

        await using (var renewing = await StartAsync(first))
        {
            await renewing.UntilAsync(async () => !(await StoredAsync(first)).Single().SequenceEqual(before));
            renewing.Services.GetRequiredService<IKeyManager>().RevokeKey(old.KeyId);
        }

        await using var last = await StartAsync(first);
        await last.UntilAsync((await last.EndCallAsync("call_1")).DeliveryIds.Single(), DeliveryStatus.Delivered);
    }

    [Fact]
    public async Task A_revoked_key_decrypts_nothing()
    {
        await using var first = await StartAsync();
        await first.ListenAsync(_receiver.Url("/hook"));
        var manager = first.Services.GetRequiredService<IKeyManager>();
        manager.RevokeKey(manager.GetAllKeys().Single().KeyId);
        await first.StopAsync();

        await using var revoked = await StartAsync(first);
        await UnreadableAsync(revoked, (await revoked.EndCallAsync("call_1")).DeliveryIds.Single());

        Assert.Empty(_receiver.All);
    }

    [Fact]
    public async Task A_host_moves_from_a_key_of_its_configuration_to_the_key_ring()
    {
        await using var first = await Platform.StartAsync(build: outbox => outbox.ProtectSecrets(_aesKey));
        await first.ListenAsync(_receiver.Url("/hook"));
        var before = (await StoredAsync(first)).Single();
        await first.StopAsync();

        await using (var moving = await StartAsync(first, outbox => outbox.ProtectSecrets(_aesKey)))
        {
            await moving.UntilAsync(async () => !(await StoredAsync(first)).Single().SequenceEqual(before));
        }

        await using var moved = await StartAsync(first);
        await moved.UntilAsync((await moved.EndCallAsync("call_1")).DeliveryIds.Single(), DeliveryStatus.Delivered);
    }

    private Task<Platform> StartAsync(Platform? onTheFileOf = null, Action<IWebhookOutboxBuilder>? then = null, string? environment = null) => Platform.StartAsync(
        onTheFileOf,
        build: outbox =>
        {
            outbox.UseDataProtection().Services.AddDataProtection().SetApplicationName("calls").PersistKeysToFileSystem(_ring);
            then?.Invoke(outbox);
        },
        environment: environment);

    private static Task<DeliveryDetails> UnreadableAsync(Platform platform, string id) =>
        platform.UntilAsync(id, delivery => delivery is { Status: DeliveryStatus.Waiting, Attempts: 0, LastError: { } error } && error.Contains("secret cannot be read", StringComparison.Ordinal));

    private static async Task<List<byte[]>> StoredAsync(Platform platform)
    {
        await using var connection = await platform.ConnectAsync();
        return [.. await connection.QueryAsync<byte[]>("SELECT secrets FROM outbox_endpoint")];
    }
}
