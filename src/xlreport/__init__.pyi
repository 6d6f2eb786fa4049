from xlreport.api import (
    ReadOptions as ReadOptions,
)
from xlreport.api import (
    check_files as check_files,
)
from xlreport.api import (
    diff_files as diff_files,
)
from xlreport.api import (
    merge_folder as merge_folder,
)
from xlreport.api import (
    read_prior_year as read_prior_year,
)
from xlreport.api import (
    repair_files as repair_files,
)
from xlreport.api import (
    write_templates as write_templates,
)
from xlreport.campaign.campaign import (
    Post as Post,
)
from xlreport.campaign.campaign import (
    StatusResult as StatusResult,
)
from xlreport.campaign.campaign import (
    collect_from as collect_from,
)
from xlreport.campaign.campaign import (
    collect_from_server as collect_from_server,
)
from xlreport.campaign.campaign import (
    send_kind as send_kind,
)
from xlreport.campaign.campaign import (
    status as status,
)
from xlreport.campaign.collect import (
    CollectResult as CollectResult,
)
from xlreport.campaign.send import (
    SendResult as SendResult,
)
from xlreport.campaign.settings import (
    Campaign as Campaign,
)
from xlreport.campaign.settings import (
    init_campaign as init_campaign,
)
from xlreport.campaign.settings import (
    read_campaign as read_campaign,
)
from xlreport.checking.validate import (
    check_submissions as check_submissions,
)
from xlreport.errors import (
    CampaignError as CampaignError,
)
from xlreport.errors import (
    RosterError as RosterError,
)
from xlreport.errors import (
    UnknownForm as UnknownForm,
)
from xlreport.errors import (
    UsageError as UsageError,
)
from xlreport.errors import (
    XlreportError as XlreportError,
)
from xlreport.findings import (
    Finding as Finding,
)
from xlreport.findings import (
    Severity as Severity,
)
from xlreport.form.catalog import (
    FormCatalog as FormCatalog,
)
from xlreport.form.catalog import (
    get_form as get_form,
)
from xlreport.form.model import (
    Form as Form,
)
from xlreport.form.yaml_source import (
    FormError as FormError,
)
from xlreport.formats.guard import (
    Limits as Limits,
)
from xlreport.mail.messages import (
    MailLimits as MailLimits,
)
from xlreport.merging.diff import (
    Difference as Difference,
)
from xlreport.merging.outcome import (
    FileRecord as FileRecord,
)
from xlreport.merging.outcome import (
    Outcome as Outcome,
)
from xlreport.merging.result import (
    CheckResult as CheckResult,
)
from xlreport.merging.result import (
    MergeResult as MergeResult,
)
from xlreport.merging.roster import (
    Roster as Roster,
)
from xlreport.merging.roster import (
    read_roster as read_roster,
)
from xlreport.submission import (
    Entry as Entry,
)
from xlreport.submission import (
    Submission as Submission,
)
from xlreport.submission import (
    Unit as Unit,
)
from xlreport.workbook.reader.submission import (
    Reading as Reading,
)
from xlreport.workbook.reader.submission import (
    read_submission as read_submission,
)
from xlreport.workbook.writer.template import (
    write_workbook as write_workbook,
)

HOMES: dict[str, str]
__all__: list[str]
