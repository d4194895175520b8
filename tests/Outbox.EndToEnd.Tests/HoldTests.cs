using System.Text.Json;
using Outbox.Deliveries;
using Outbox.Storage;

namespace Outbox.EndToEnd.Tests;

public sealed class HoldTests : IAsyncLifetime
{
    private Receiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await Receiver.StartAsync();

    public Task DisposeAsync() => _receiver.DisposeAsync().AsTask();

    [Fact]
    public async Task The_recording_arrives_and_the_event_goes_out_with_it()
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/hook"));
        await platform.EndCallAsync("call_1", holds: [new("recording", TimeSpan.FromMinutes(1))]);

        var outcome = await platform.Outbox.ArtifactReadyInOwnTransactionAsync(
            new WebhookArtifact("call_1", "recording", new { recordingAvailable = true }));

        Assert.Equal(ArtifactOutcome.Released, outcome);
        Assert.True(Data(await _receiver.NextAsync()).GetProperty("recordingAvailable").GetBoolean());
    }

    [Fact]
    public async Task At_the_deadline_it_goes_out_as_it_stands_and_later_is_too_late()
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/hook"));

        await platform.EndCallAsync("call_1", holds: [new("recording", TimeSpan.FromMilliseconds(50))]);
        var request = await _receiver.NextAsync();
        var outcome = await platform.Outbox.ArtifactReadyInOwnTransactionAsync(
            new WebhookArtifact("call_1", "recording", new { recordingAvailable = true }));

        Assert.False(Data(request).TryGetProperty("recordingAvailable", out _));
        Assert.Equal(ArtifactOutcome.TooLate, outcome);
    }

    [Fact]
    public async Task A_hold_survives_a_restart()
    {
        await using var first = await Platform.StartAsync();
        await first.ListenAsync(_receiver.Url("/hook"));
        await first.EndCallAsync("call_1", holds: [new("recording", TimeSpan.FromMinutes(1))]);
        await first.StopAsync();

        await using var second = await Platform.StartAsync(onTheFileOf: first);
        Assert.Empty(_receiver.All);
        await second.Outbox.ArtifactReadyInOwnTransactionAsync(new WebhookArtifact("call_1", "recording"));

        await _receiver.NextAsync();
    }

    [Fact]
    public async Task An_artifact_whose_transaction_is_rolled_back_has_not_arrived()
    {
        await using var platform = await Platform.StartAsync();
        await platform.ListenAsync(_receiver.Url("/hook"));
        var id = (await platform.EndCallAsync("call_1", holds: [new("recording", TimeSpan.FromMinutes(1))])).DeliveryIds.Single();

        await using (var connection = await platform.ConnectAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await platform.Outbox.ArtifactReadyAsync(new WebhookArtifact("call_1", "recording"), transaction);
            await transaction.RollbackAsync();
        }

        var delivery = await platform.Outbox.Deliveries.GetAsync(id);
        Assert.Equal(DeliveryStatus.Waiting, delivery!.Status);
        Assert.Equal(["recording"], delivery.HeldFor);
    }

    [Fact]
    public async Task A_probe_finds_what_nobody_announces()
    {
        await using var platform = await Platform.StartAsync(
            configure: options => options.ProbeInterval = TimeSpan.FromMilliseconds(100),
            build: builder => builder.AddArtifactProbe<FoundAtOnce>());
        await platform.ListenAsync(_receiver.Url("/hook"));

        await platform.EndCallAsync("call_1", holds: [new("recording", TimeSpan.FromMinutes(1))]);

        Assert.Equal("call_1.mp3", Data(await _receiver.NextAsync()).GetProperty("recordingUrl").GetString());
    }

    private static JsonElement Data(Received request) => JsonDocument.Parse(request.Body).RootElement.GetProperty("data");

    private sealed class FoundAtOnce : IArtifactProbe
    {
        public ValueTask<WebhookArtifact?> ProbeAsync(HeldArtifact held, CancellationToken cancellationToken) =>
            ValueTask.FromResult<WebhookArtifact?>(new WebhookArtifact(held.Subject, held.Artifact, new { recordingUrl = $"{held.Subject}.mp3" }));
    }
}
