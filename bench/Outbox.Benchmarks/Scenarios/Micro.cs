using System.Buffers;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Outbox.Benchmarks.Harness;
using Outbox.Json;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.Benchmarks.Scenarios;

/// <summary>What a delivery costs before it is on the wire. Further arguments are BenchmarkDotNet's: <c>micro --job short --filter *Sign*</c>.</summary>
internal static class Micro
{
    public static void Run(string[] args)
    {
        // In this process: a project that BenchmarkDotNet generates would be built by this repository's rules.
        var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
        BenchmarkSwitcher.FromTypes([typeof(MicroBenchmarks)]).Run(args.Contains("--filter") ? args : [.. args, "--filter", "*"], config);
    }
}

/// <summary>On 2 KiB of data and the standard profile.</summary>
[MemoryDiagnoser]
public class MicroBenchmarks
{
    private static readonly CanonicalJsonOptions Rules = new() { MaxBytes = 256 * 1024, LargeIntegersAsStrings = false };

    private readonly byte[] _data = BareSender.DataOf(1);
    private readonly string[] _secrets = [Customers.Secret];
    private readonly ArrayBufferWriter<byte> _body = new(4096);
    private readonly List<KeyValuePair<string, string>> _headers = [];
    private DeliveryContent _content;

    [GlobalSetup]
    public void Setup()
    {
        _content = new DeliveryContent
        {
            EventId = "evt_01arz3ndektsv4rrffq69g5fav",
            DeliveryId = "dlv_01arz3ndektsv4rrffq69g5fav0001",
            EventType = "call.ended",
            OccurredAt = DateTimeOffset.UnixEpoch,
            Data = _data,
            ShipTranscript = true,
        };
        DeliveryComposer.WriteBody(_body, WebhookProfile.Standard, _content);
    }

    [Benchmark]
    public byte[] Canonicalize() => CanonicalJson.Canonicalize(_data, Rules);

    [Benchmark]
    public string Sign() =>
        SignatureWriter.Sign(SignatureScheme.StandardWebhooks, _secrets, _content.EventId, "1800000000", _body.WrittenSpan);

    [Benchmark]
    public int Compose()
    {
        _body.ResetWrittenCount();
        DeliveryComposer.WriteBody(_body, WebhookProfile.Standard, _content);
        return _body.WrittenCount;
    }

    [Benchmark]
    public int ComposeWithoutTranscript()
    {
        _body.ResetWrittenCount();
        DeliveryComposer.WriteBody(_body, WebhookProfile.Standard, _content with { ShipTranscript = false });
        return _body.WrittenCount;
    }

    [Benchmark]
    public int Headers()
    {
        _headers.Clear();
        DeliveryComposer.AddHeaders(_headers, WebhookProfile.Standard, _content, _body.WrittenSpan, _secrets, DateTimeOffset.UnixEpoch);
        return _headers.Count;
    }
}
