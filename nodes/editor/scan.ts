import { failureOf, type Offer, scanned } from './requests.js';
import { text } from './texts.js';
import { type EditorNode, inputOf, writtenIn } from './validator.js';

/** The fields that decide how the scan's requests look. */
const FIELDS = [
  'interface',
  'omitService',
  'hostUniq',
  'mac',
  'mru',
  'vlan',
  'vlanPcp',
  'vlanTpid',
  'discoveryType',
  'sessionType',
] as const;

/**
 * A button that looks for access concentrators on the interface in the dialog, and shows their offers below; one that is
 * chosen fills in AC-Name and Service-Name.
 * @param place where the button stands.
 */
export function scanButton(node: EditorNode, place: JQuery): void {
  const button = $('<button type="button" class="red-ui-button pppoe-scan"><i class="fa fa-search"></i> </button>');
  const status = $('<div class="pppoe-status" role="status"></div>');
  const offers = $('<div class="pppoe-offers"></div>');
  button.append(document.createTextNode(text('scan.button'))).attr('title', text('scan.title'));
  place.append(button).parent().append(status, offers);
  const question = () => Object.fromEntries(FIELDS.map((name) => [name, writtenIn(inputOf(node, name))]));
  let asked = '';
  const isStill = () => asked === JSON.stringify(question());
  const show = (said: string, found: readonly Offer[] = []) => {
    status.removeClass('pppoe-failed').text(said);
    offers.empty();
    if (found.length > 0) offers.append(table(found, (offer, service) => take(node, offer, service, status)));
  };
  // What answered somewhere else, or to other requests, is not to be chosen here.
  const outdated = () => {
    if (isStill()) return;
    asked = '';
    show('');
  };
  for (const name of FIELDS) inputOf(node, name).on('change', outdated);
  button.on('click', async () => {
    const fields = question();
    asked = JSON.stringify(fields);
    button.prop('disabled', true);
    show(text('scan.busy'));
    try {
      const found = await scanned({ id: node.id, ...fields });
      if (isStill()) show(text(found.length > 0 ? 'scan.found' : 'scan.none', { number: found.length }), found);
    } catch (error) {
      if (!isStill()) return;
      show(text('scan.failed', { error: failureOf(error) }));
      status.addClass('pppoe-failed');
    } finally {
      button.prop('disabled', false);
    }
  });
}

type Take = (offer: Offer, service: string) => void;

function table(offers: readonly Offer[], chosen: Take): JQuery {
  const titles = ['acName', 'service', 'mac', 'time'].map((key) =>
    $('<th scope="col"></th>').text(text(`scan.${key}`)),
  );
  const head = $('<thead></thead>').append($('<tr></tr>').append(titles, '<td></td>'));
  const rows = offers.flatMap((offer) => {
    const services = offer.serviceNames.length > 0 ? offer.serviceNames : [''];
    return services.map((service) => row(offer, service, chosen));
  });
  return $('<table></table>').append(head, $('<tbody></tbody>').append(rows));
}

function row(offer: Offer, service: string, chosen: Take): JQuery {
  const { acName = '', acMac, responseTime, error = '' } = offer;
  const name = $('<td></td>').text(acName || text('scan.unnamed'));
  if (error) name.append($('<div class="pppoe-failed"></div>').text(error));
  const button = $('<button type="button" class="red-ui-button red-ui-button-small"></button>')
    .text(text('scan.take'))
    .attr('aria-label', text('scan.takeNamed', { acName: acName || acMac, service: service || text('scan.any') }))
    .on('click', () => chosen(offer, service));
  return $('<tr></tr>').append(
    name,
    $('<td></td>').text(service || text('scan.any')),
    $('<td></td>').append($('<code></code>').text(acMac)),
    $('<td></td>').text(text('scan.milliseconds', { number: Math.round(responseTime * 10) / 10 })),
    $('<td></td>').append(button),
  );
}

function take(node: EditorNode, { acName = '' }: Offer, service: string, status: JQuery): void {
  inputOf(node, 'acName').val(acName).trigger('change');
  inputOf(node, 'service').val(service).trigger('change');
  status.text(text('scan.taken', { acName: acName || text('scan.any'), service: service || text('scan.any') }));
}
