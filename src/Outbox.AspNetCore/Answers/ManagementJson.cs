using System.Text.Json.Serialization;
using Outbox.AspNetCore.Views;

namespace Outbox.AspNetCore.Answers;

/// <summary>How the API reads and writes JSON, whatever the host's own settings are.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(CountView))]
[JsonSerializable(typeof(OverviewView))]
[JsonSerializable(typeof(ActivityView))]
[JsonSerializable(typeof(PageView<EndpointItem>))]
[JsonSerializable(typeof(ListView<EndpointItem>))]
[JsonSerializable(typeof(EndpointDetails))]
[JsonSerializable(typeof(EndpointPut))]
[JsonSerializable(typeof(EndpointRotated))]
[JsonSerializable(typeof(EndpointChanged))]
[JsonSerializable(typeof(EndpointEnabled))]
[JsonSerializable(typeof(PageView<DeliveryView>))]
[JsonSerializable(typeof(LiveDeliveries))]
[JsonSerializable(typeof(DeliveryDetailsView))]
[JsonSerializable(typeof(DeliveryChanged))]
[JsonSerializable(typeof(OperationView))]
[JsonSerializable(typeof(PageView<OperationView>))]
[JsonSerializable(typeof(ListView<EventTypeView>))]
[JsonSerializable(typeof(ListView<ProfileView>))]
[JsonSerializable(typeof(PreviewView))]
[JsonSerializable(typeof(TrialView))]
[JsonSerializable(typeof(TestEventView))]
[JsonSerializable(typeof(EraseCountView))]
[JsonSerializable(typeof(EndpointBody))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(RotateBody))]
[JsonSerializable(typeof(TestEventBody))]
[JsonSerializable(typeof(TesterBody))]
[JsonSerializable(typeof(ReplayBody))]
[JsonSerializable(typeof(EraseBody))]
internal sealed partial class ManagementJson : JsonSerializerContext;
