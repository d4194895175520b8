using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Outbox.Profiles;

namespace MinimalApiHost.Demo;

/// <summary>Plays the platform's day in a few seconds: the real host, six customers with six kinds of receivers, and six calls.</summary>
internal sealed class DemoRun(PlatformClient platform, IReadOnlyList<Customer> customers, Timeline timeline, TimeProvider clock)
{
    private const string Number = "+16473705600";
    private const string Campaign = "spring";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RecordingTakes = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan ShortDeadline = TimeSpan.FromSeconds(1.5);

    private static readonly Scene RecordingLate = new("1  The recording arrives late", "call_recorded", _ => Expectation.Once(recordingAvailable: true));
    private static readonly Scene RecordingNever = new("2  The recording never comes", "call_unrecorded", _ => Expectation.Once(recordingAvailable: false));
    private static readonly Scene CallFails = new("3  A call fails", "call_failed", _ => Expectation.Once(recordingAvailable: false));
    private static readonly Scene Stumbles = new("4  A receiver answers 500 twice", "call_stumbled", customer => customer is "truedy" ? new([500, 500, 200], false) : Expectation.Once(false));
    private static readonly Scene RolledBack = new("5  The end of a call is rolled back", "call_undone", _ => null);
    private static readonly Scene Leaves = new("6  A receiver answers 410 Gone", "call_gone", customer => customer is "standard" ? new([410], false, "parked") : Expectation.Once(false));
    private static readonly Scene[] Scenes = [RecordingLate, RecordingNever, CallFails, Stumbles, RolledBack, Leaves];

    public static Task<int> PlayAsync(string[] args, bool verbose)
    {
        Console.OutputEncoding = Encoding.UTF8;
        return PlayAsync(args, verbose, Timeline.OnConsole(TimeProvider.System), static (profile, scenes, timeline) => new Customer(profile, scenes, timeline));
    }

    /// <param name="args">Settings: <c>Storage=litedb</c>.</param>
    /// <param name="verbose">Whether the host logs more than errors.</param>
    /// <param name="timeline">Where to say what happens.</param>
    /// <param name="customerOf">The customer of each profile.</param>
    /// <returns>0 where every customer got exactly what it should have got, else 1.</returns>
    public static async Task<int> PlayAsync(
        string[] args, bool verbose, Timeline timeline, Func<WebhookProfile, IReadOnlyList<Scene>, Timeline, Customer> customerOf)
    {
        var clock = TimeProvider.System;
        var folder = Directory.CreateTempSubdirectory("outbox-demo-");
        try
        {
            Customer[] customers = [.. WebhookProfile.BuiltIn.Select(profile => customerOf(profile, Scenes, timeline))];
            await using var site = await CustomerSite.StartAsync(customers);
            await using var host = await DemoPlatform.StartAsync(folder.FullName, args, verbose);
            using var platform = new PlatformClient(host.Urls.First(), DemoPlatform.ApiKey);

            timeline.Plain($"\n {timeline.Strong("Outbox")}: a voice platform, and six customers who verify each in their own way");
            timeline.Note($"platform {host.Urls.First()}, customers {site.Urls.First()}, database {folder.FullName}");
            timeline.Note("Waits between tries are shortened for truedy: 0.3 s, 0.6 s, 0.9 s.");

            var faults = await new DemoRun(platform, customers, timeline, clock).PlayAsync(site.Urls.First());
            return faults.Count == 0 ? 0 : 1;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            folder.Delete(recursive: true);
        }
    }

    private async Task<IReadOnlyList<string>> PlayAsync(string site)
    {
        timeline.Heading("0  Six customers register");
        foreach (var customer in customers)
        {
            await RegisterAsync(customer, $"{site}/{customer.Name}");
        }

        await RecordingArrivesLateAsync();
        await RecordingNeverComesAsync();
        await CallFailsAsync();
        await ReceiverStumblesAsync();
        await EndIsRolledBackAsync();
        await ReceiverIsGoneAsync();
        await SettledAsync();
        return await new Summary(platform, customers, timeline).ShowAsync(Scenes);
    }

    private async Task RegisterAsync(Customer customer, string url)
    {
        const string secret = "a-secret-of-forty-characters-for-the-demo";
        if (customer.Name is "ttma")
        {
            var webhook = await platform.PutAsync("/v1/voice/webhooks", new { from = Number, url, secret, enabled = true });
            customer.EndpointId = Text(webhook, "id");
            customer.Trust(secret);
            timeline.Registered(customer.Name, $"PUT /v1/voice/webhooks for {Number}, secret …{Text(webhook, "secretLast4")}");
            return;
        }

        var generated = customer.Profile.Secret.Requirement is SecretRequirement.Generated;
        var endpoint = await platform.PostAsync("/v1/webhook-endpoints", new
        {
            scope = $"campaign:{Campaign}",
            url,
            profile = customer.Name,
            eventTypes = customer.EventTypes,
            secret = generated ? null : secret,
        });
        customer.EndpointId = Text(endpoint, "id");
        customer.Trust(generated ? Text(endpoint, "secret") : secret);
        timeline.Registered(customer.Name, $"POST /v1/webhook-endpoints for campaign {Campaign}, secret …{Text(endpoint, "secretLast4")}{(generated ? ", generated" : "")}");
    }

    private async Task RecordingArrivesLateAsync()
    {
        await BeginAsync(RecordingLate, record: true);
        await EndAsync(RecordingLate, new { status = "completed", endedReason = "botHangup", durationSeconds = 312, transcript = "[Agent] Hi, this is Sol 😀", quality = new { grade = "A", score = 2.5 } });
        await SayHeldAsync(RecordingLate);

        await Task.Delay(RecordingTakes, clock);
        var artifact = await platform.PostAsync($"/v1/calls/{RecordingLate.Call}/artifacts/recording", new { recordingAvailable = true, recordingUrl = "https://calls.example/recordings/1.mp3" });
        timeline.Released(RecordingLate.Call, $"the recording is there: {Text(artifact, "outcome")}");
        await ArrivedAsync(RecordingLate);
    }

    private async Task RecordingNeverComesAsync()
    {
        await BeginAsync(RecordingNever, record: true);
        await EndAsync(RecordingNever, new { status = "completed", endedReason = "callerHangup", durationSeconds = 47, recordingDeadlineSeconds = ShortDeadline.TotalSeconds });
        await SayHeldAsync(RecordingNever);
        await ArrivedAsync(RecordingNever);
    }

    private async Task CallFailsAsync()
    {
        await BeginAsync(CallFails, record: true);
        await EndAsync(CallFails, new { status = "failed", endedReason = "noAnswer" });
        await ArrivedAsync(CallFails);
    }

    private async Task ReceiverStumblesAsync()
    {
        await BeginAsync(Stumbles, record: false);
        await EndAsync(Stumbles, new { status = "completed", endedReason = "botHangup", durationSeconds = 90 });
        await SayRetriesAsync(Stumbles, customers.Single(customer => customer.Name is "truedy"));
        await ArrivedAsync(Stumbles);
    }

    private async Task EndIsRolledBackAsync()
    {
        await BeginAsync(RolledBack, record: false);
        var status = await platform.PostForStatusAsync($"/v1/calls/{RolledBack.Call}/end?simulate=rollback", new { status = "completed" });
        timeline.RolledBack(RolledBack.Call, $"the platform answered {status} after it had enqueued: the event is gone with the transaction");
    }

    private async Task ReceiverIsGoneAsync()
    {
        await BeginAsync(Leaves, record: false);
        await EndAsync(Leaves, new { status = "completed", endedReason = "botHangup", durationSeconds = 12 });
        await ArrivedAsync(Leaves);

        var gone = customers.Single(customer => customer.Name is "standard");
        await UntilAsync(async () => await DeliveryAsync(Leaves, gone) is { } delivery && Text(delivery, "status") is "parked");
        var endpoint = await platform.GetAsync($"/v1/webhook-endpoints/{gone.EndpointId}");
        timeline.Parked(
            gone.Name,
            $"410 is the receiver's wish to hear no more, and this profile heeds it: the endpoint is disabled ({Text(endpoint, "disabledReason")}), and the delivery is kept until it is enabled again");
    }

    private async Task BeginAsync(Scene scene, bool record)
    {
        timeline.Heading(scene.Title);
        await platform.PostAsync("/v1/calls", new { id = scene.Call, from = Number, to = "+16475551234", direction = "outbound", campaignId = Campaign, record });
    }

    private async Task EndAsync(Scene scene, object end)
    {
        timeline.ExpectEnqueued();
        var ended = await platform.PostAsync($"/v1/calls/{scene.Call}/end", end);
        timeline.Enqueued(scene.Call, $"{Text(ended, "status")}, {ended["deliveryIds"]!.AsArray().Count} deliveries, in the transaction of the call's row");
    }

    private async Task SayHeldAsync(Scene scene)
    {
        var waiting = await platform.GetAsync($"/v1/deliveries?subject={scene.Call}&status=waiting");
        if (waiting["deliveries"]!.AsArray() is not [{ } first, ..])
        {
            return; // the summary says what is missing
        }

        var deadline = first["dueAt"]!.GetValue<DateTimeOffset>() - first["enqueuedAt"]!.GetValue<DateTimeOffset>();
        timeline.Held(scene.Call, string.Create(CultureInfo.InvariantCulture, $"waits for the {first["heldFor"]![0]}, at most {deadline.TotalSeconds:0.#} s"));
    }

    private async Task SayRetriesAsync(Scene scene, Customer customer)
    {
        for (var failed = 1; failed < scene.Expected(customer.Name)!.Answers.Count; failed++)
        {
            JsonNode? attempt = null;
            await UntilAsync(async () => (attempt = (await DeliveryAsync(scene, customer))?["attempts"]?.AsArray().ElementAtOrDefault(failed - 1)) is not null);
            if (attempt?["nextAttemptAt"]?.GetValue<DateTimeOffset>() is not { } next)
            {
                return; // the summary says what is missing
            }

            var wait = next - attempt["startedAt"]!.GetValue<DateTimeOffset>();
            timeline.Retried(customer.Name, string.Create(CultureInfo.InvariantCulture, $"try {failed + 1} follows in {wait.TotalSeconds:0.00} s, on its own; the others have theirs"));
        }
    }

    private Task ArrivedAsync(Scene scene) => UntilAsync(() => Task.FromResult(
        customers.All(customer => scene.Expected(customer.Name) is not { } expected || customer.Requests(scene).Count >= expected.Answers.Count)));

    /// <summary>An answer reaches the customer's log a moment before it reaches the platform's.</summary>
    private Task SettledAsync() => UntilAsync(async () =>
    {
        var moving = await Task.WhenAll(
            platform.GetAsync("/v1/deliveries?status=waiting&limit=1"), platform.GetAsync("/v1/deliveries?status=delivering&limit=1"));
        return moving.All(page => page["deliveries"]!.AsArray().Count == 0);
    });

    private async Task<JsonNode?> DeliveryAsync(Scene scene, Customer customer)
    {
        var found = await platform.GetAsync($"/v1/deliveries?subject={scene.Call}&endpoint={customer.EndpointId}");
        return found["deliveries"]!.AsArray() is [{ } delivery, ..] ? await platform.GetAsync($"/v1/deliveries/{Text(delivery, "id")}") : null;
    }

    /// <summary>Looks until it is so, or patience runs out: the summary then says what is missing.</summary>
    private async Task UntilAsync(Func<Task<bool>> condition)
    {
        var since = clock.GetTimestamp();
        while (!await condition() && clock.GetElapsedTime(since) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }
    }

    private static string Text(JsonNode node, string name) => node[name]?.GetValue<string>() ?? "";
}
