"""The titles of columns in French and in English, and what each tells of its column."""

import re

from relance.imports.table import plain

_STOP = frozenset("de du des d la le les l the of en eur euro euros utc".split())

# Titles without their small words. Those of _TITLES tell; those of _VAGUE only make a guess, for want of better.
_TITLES = {
    "numero": "numero numero_facture n_facture no_facture num_facture nr_facture numero_document n_document "
    "num_document numero_piece n_piece num_piece n facture_n facture_numero numero_avoir ref_facture reference_facture "
    "invoice_number invoice_no invoice_num invoice_nr invoice_id_number invoice document_number doc_number number "
    "facture num numero_facture_client n_facture_client facture_no invoice_reference reference_document ref_document",
    "client": "client nom_client client_nom raison_sociale raison_sociale_client client_raison_sociale societe_client "
    "customer customer_name client_name nom_raison_sociale denomination denomination_sociale client_societe "
    "nom_societe company_name bill_to billed_to buyer buyer_name acheteur destinataire debiteur nom_tiers "
    "customer_company contact_name_company nom_entreprise entreprise_client clients intitule_client",
    "date_emission": "date_emission date date_facture date_facturation emission emise_le emis_le date_document "
    "date_piece facture_le issue_date issued_on issued_at invoice_date date_issued issue_date_of_invoice "
    "invoice_created date_creation_facture date_envoi_facture billing_date invoicedate date_finalisation",
    "date_echeance": "date_echeance echeance echeance_le date_limite_paiement date_limite_reglement date_limite "
    "due_date invoice_due_date payment_due_date date_paiement_prevue echeance_paiement due_on date_due "
    "a_payer_avant payer_avant date_exigibilite deadline payment_deadline expiry_date date_echeance_paiement",
    "montant_ttc": "montant_ttc total_ttc ttc montant_total_ttc prix_ttc prix_total_ttc montant_facture_ttc "
    "total_incl_tax total_including_tax total_with_tax total_inc_tax total_incl_vat amount_incl_tax gross_amount "
    "gross_total total_gross amount_including_tax amount_including_vat total_including_vat grand_total "
    "invoice_total total_facture_ttc facture_ttc total_ttc_facture total_tax_included amount_with_tax",
    "montant_ht": "montant_ht total_ht ht montant_total_ht prix_ht total_excl_tax total_excluding_tax net_amount "
    "amount_excl_tax subtotal sous_total total_excl_vat amount_excluding_tax amount_excluding_vat tax_exclusive "
    "total_hors_taxes montant_hors_taxes total_hors_taxe montant_hors_taxe total_net_ht total_ht_facture sub_total",
    "montant_tva": "montant_tva total_tva tva tva_totale total_taxes total_tax tax_amount vat_amount total_vat "
    "montant_taxes tax_total",
    "deja_regle": "deja_regle regle montant_regle deja_paye montant_paye paye total_paye total_regle amount_paid paid "
    "paid_amount encaisse montant_encaisse total_encaisse acompte_verse reglements paiements paiements_recus "
    "montant_deja_paye montant_deja_regle payments_received montant_paiements total_paid montant_recu",
    "reste_a_payer": "reste_a_payer reste_du restant_du reste_a_regler reste_a_encaisser montant_du solde_du solde "
    "restant solde_restant montant_restant balance balance_due amount_due amount_remaining outstanding "
    "outstanding_amount open_balance remaining_amount montant_restant_du reste remaining du impaye open_amount "
    "montant_impaye unpaid_amount restant_a_payer total_du",
    "date_paiement": "date_paiement date_reglement paye_le payee_le reglee_le date_encaissement payment_date paid_on "
    "paid_at date_paid encaissee_le regle_le date_dernier_paiement date_dernier_reglement last_payment_date "
    "paid_date encaisse_le date_acquittement",
    "statut": "statut etat status state invoice_status statut_facture etat_facture statut_paiement etat_paiement "
    "payment_status etat_reglement statut_reglement invoice_state statut_document",
    "type": "type type_document type_facture nature_document document_type invoice_type type_piece kind doc_type "
    "nature_facture transaction_type",
    "facture_liee": "facture_liee facture_origine facture_associee avoir_sur_facture linked_invoice original_invoice "
    "facture_rattachee numero_facture_origine facture_rectifiee facture_annulee related_invoice credited_invoice",
    "devise": "devise monnaie currency code_devise currency_code invoice_currency",
    "objet": "objet libelle intitule sujet subject object objet_facture titre title nom_facture invoice_title "
    "libelle_facture intitule_facture invoice_subject objet_document designation",
    "commande": "commande bon_commande n_commande numero_commande num_commande numero_bon_commande n_bon_commande "
    "purchase_order po_number order_number order_reference ref_commande reference_commande po purchase_order_number",
    "mode_paiement": "mode_paiement moyen_paiement mode_reglement moyen_reglement payment_method payment_mode "
    "methode_paiement payment_means type_paiement type_reglement paiement_par methode_reglement",
    "email": "email e_mail mail courriel adresse_email adresse_mail adresse_e_mail email_client mail_client "
    "e_mail_client client_email customer_email email_address e_mail_address email_contact mail_contact "
    "e_mail_contact mail_compta email_compta email_facturation mail_facturation billing_email contact_email "
    "courriel_client e_mail_facturation adresse_courriel client_mail",
    "contact": "contact nom_contact interlocuteur contact_name attention a_attention contact_client "
    "contact_facturation nom_interlocuteur primary_contact",
    "prenom": "prenom prenom_client client_prenom first_name firstname given_name prenom_contact customer_first_name "
    "contact_prenom contact_first_name",
    "nom": "nom_famille last_name lastname surname family_name customer_last_name contact_last_name",
    "telephone": "telephone tel phone telephone_client phone_number numero_telephone mobile portable customer_phone "
    "tel_client n_telephone telephone_contact client_telephone",
    "client_type": "client_type type_client customer_type categorie_client",
    "client_siren": "client_siren siren siret siren_client siret_client client_siret n_siret n_siren numero_siret "
    "numero_siren siren_siret siret_siren company_registration_number registration_number customer_siren "
    "customer_siret siren_acheteur siret_acheteur buyer_siren n_siret_client n_siren_client numero_siret_client "
    "numero_siren_client",
    "client_tva": "client_tva n_tva numero_tva tva_intracommunautaire n_tva_intracommunautaire tva_intra n_tva_intra "
    "numero_tva_intracommunautaire vat_number vat_id customer_vat customer_vat_number tax_id tva_client "
    "numero_tva_client n_tva_client customer_tax_id numero_tva_intra buyer_vat vat_no tax_number",
    "adresse": "adresse adresse_client adresse_facturation adresse_1 adresse_ligne_1 rue voie address street "
    "billing_address address_line_1 address_1 client_adresse billing_street street_address numero_rue "
    "customer_address billing_address_line1 customer_address_line1 adresse_postale address_line1",
    "adresse_2": "adresse_2 complement_adresse adresse_ligne_2 address_line_2 address_2 adresse_complement "
    "adresse_suite address_line2 complement customer_address_line2 billing_address_line2",
    "code_postal": "code_postal cp zip zip_code postal_code postcode code_postal_client client_code_postal billing_zip "
    "billing_code customer_address_postal_code customer_address_zip codepostal billing_postal_code",
    "ville": "ville city town commune ville_client client_ville billing_city customer_address_city",
    "pays": "pays country pays_client client_pays billing_country country_code code_pays customer_address_country",
}
_VAGUE = {
    "numero": "reference ref id_facture invoice_id piece document",
    "client": "nom name societe entreprise company tiers client_final nom_complet full_name organisation organization "
    "customer_description account_name",
    "date_emission": "emise emis creee_le created created_at creation date_creation cree_le date_envoi sent_date "
    "created_on date_created date_validation",
    "montant_ttc": "montant total amount total_amount montant_total montant_facture net_a_payer prix a_payer "
    "invoice_amount total_facture montant_a_payer montant_a_payer_ttc",
    "deja_regle": "acompte acomptes avances deja_verse",
    "montant_ht": "dont_ht",
    "objet": "description notes note memo commentaire projet project reference_interne",
    "date_echeance": "due limite paiement_prevu",
    "contact": "client_contact utilisateur_client",
    "mode_paiement": "reglement paiement",
}
BY_TITLE = {title: target for target, titles in _TITLES.items() for title in titles.split()}
BY_VAGUE_TITLE = {title: target for target, titles in _VAGUE.items() for title in titles.split()}

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def key(title: str) -> str:
    """A title as it is compared: plain, in words, without those that tell nothing (« Date d'émission (UTC) »)."""
    parts = plain(_CAMEL.sub(" ", title)).split("_")
    return "_".join(part for part in parts if part not in _STOP) or "_".join(parts)


def by_title(title: str) -> str:
    """The target that a title tells, or nothing."""
    return BY_TITLE.get(key(title), "")
